-- When salts were last destroyed, epoch seconds; nothing if never.
INSERT INTO meta VALUES ('destroyed', '');

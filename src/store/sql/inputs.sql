SELECT id, path, format, head_len, head, position, tail_len, tail, first_record, last_record, last_site, last_bucket,
       page, asset, feed, redirect, client_error, server_error, other, bot, excluded, out_of_window, malformed
FROM inputs ORDER BY id

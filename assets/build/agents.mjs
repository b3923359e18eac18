// Makes agents.json from uap-core's regexes.yaml: the rules for browsers and
// systems. The device rules stay out: they are slow, and the program needs
// only desktop, phone or tablet.
//
//     node agents.mjs regexes.yaml > agents.json
import { readFileSync } from "node:fs";
import { parse } from "yaml";

const { user_agent_parsers, os_parsers } = parse(readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify({ user_agent_parsers, os_parsers }));

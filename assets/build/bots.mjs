// Makes bots.json, the patterns of the package isbot, one a line.
//
//     node bots.mjs > bots.json
import { list } from "isbot";

process.stdout.write(`[\n${list.map((pattern) => JSON.stringify(pattern)).join(",\n")}\n]\n`);

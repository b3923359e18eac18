// Resolves once, in a DuckDB library for Linux on x86-64, what the dynamic
// linker would look up by name at every start: the library's references to its
// own symbols, as linking it with -Bsymbolic would have. 30,000 of them were
// half of the time of `fathom-tui --help`.
//
//     node resolve.mjs libduckdb.so
//
// Only symbols with "duckdb" in their names are touched, which no other library
// can mean to replace. A file of any other kind is left as it is.
import { readFileSync, renameSync, writeFileSync } from "node:fs";

const [SYMBOLIC, GLOB_DAT, RELATIVE] = [1n, 6n, 8n];
const [RELA, DYNAMIC, DYNSYM] = [4, 6, 11];
const RELACOUNT = 0x6ffffff9n;

const path = process.argv[2];
const file = readFileSync(path);
if (file.readUInt32BE(0) !== 0x7f454c46 || file[4] !== 2 || file[5] !== 1 || file.readUInt16LE(18) !== 62) process.exit(0);

const number = (offset) => Number(file.readBigUInt64LE(offset));
const sections = Array.from({ length: file.readUInt16LE(60) }, (_, index) => {
  const at = number(40) + 64 * index;
  return { type: file.readUInt32LE(at + 4), flags: number(at + 8), offset: number(at + 24), size: number(at + 32), link: file.readUInt32LE(at + 40) };
});
const section = (type, flag = 0) => sections.find((s) => s.type === type && (s.flags & 0x40) === flag);
const [symbols, relocations, dynamic] = [section(DYNSYM), section(RELA), section(DYNAMIC)];
const names = sections[symbols.link];

// The address of a symbol that the library defines for itself, else nothing.
function own(index) {
  const at = symbols.offset + 24 * index;
  const [binding, type, place] = [file[at + 4] >> 4, file[at + 4] & 15, file.readUInt16LE(at + 6)];
  const start = names.offset + file.readUInt32LE(at);
  const isOwn = place > 0 && place < 0xff00 && [1, 2].includes(binding) && [1, 2].includes(type);
  if (!isOwn || !file.toString("latin1", start, file.indexOf(0, start)).includes("duckdb")) return undefined;
  return file.readBigUInt64LE(at + 8);
}

const all = [];
for (let at = relocations.offset; at < relocations.offset + relocations.size; at += 24) {
  let [place, info, addend] = [file.readBigUInt64LE(at), file.readBigUInt64LE(at + 8), file.readBigInt64LE(at + 16)];
  const kind = info & 0xffffffffn;
  if (kind === SYMBOLIC || kind === GLOB_DAT) {
    const address = own(Number(info >> 32n));
    if (address !== undefined) [info, addend] = [RELATIVE, address + (kind === SYMBOLIC ? addend : 0n)];
  }
  all.push({ place, info, addend });
}
// Those come first, and the library says how many there are.
const relative = all.filter((r) => r.info === RELATIVE).sort((a, b) => (a.place < b.place ? -1 : 1));
const rest = all.filter((r) => r.info !== RELATIVE);
[...relative, ...rest].forEach(({ place, info, addend }, index) => {
  const at = relocations.offset + 24 * index;
  file.writeBigUInt64LE(place, at);
  file.writeBigUInt64LE(info, at + 8);
  file.writeBigInt64LE(addend, at + 16);
});
for (let at = dynamic.offset; at < dynamic.offset + dynamic.size; at += 16) {
  if (file.readBigUInt64LE(at) === RELACOUNT) file.writeBigUInt64LE(BigInt(relative.length), at + 8);
}
writeFileSync(`${path}.new`, file, { mode: 0o755 });
renameSync(`${path}.new`, path);

import { findStrayFiles } from './tidy/folders.ts';
import { findCycles, findWrongImports } from './tidy/imports.ts';
import { findEarlyLoads } from './tidy/later.ts';
import { findLongFiles } from './tidy/lengths.ts';
import { findDeadPaths } from './tidy/paths.ts';
import { allSources } from './tidy/source.ts';
import { findBannedWords } from './tidy/words.ts';

// The house rules that no other tool checks. Prints each breach; exit code 1 if there is one.
const sources = allSources();
const rules = [
  findWrongImports,
  findCycles,
  findEarlyLoads,
  findLongFiles,
  findBannedWords,
  findStrayFiles,
  findDeadPaths,
];
const findings = rules.flatMap((rule) => rule(sources));
for (const { path, line, message } of findings) console.log(`${path}${line === 0 ? '' : `:${line}`}  ${message}`);
console.log(findings.length === 0 ? `tidy: ${sources.length} files` : `tidy: ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;

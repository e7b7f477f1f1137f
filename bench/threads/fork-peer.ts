import { add } from './work.ts';

process.send?.(add(Number(process.argv[2]), 1));

import '../../parts/parts.css';
import './functions.css';
import type { ReactNode } from 'react';
import { usePlace } from '../../app/router.ts';
import { FunctionList } from './function-list.tsx';
import { OneFunction } from './one-function.tsx';

/** All functions, or the one that the place names. */
export function Functions(): ReactNode {
  const [name] = usePlace().rest;
  return name === undefined ? <FunctionList /> : <OneFunction key={name} name={name} />;
}

/** Official state tests, a file of them. */
import { readFileSync } from 'node:fs'
import type { CaseResult, RunOptions } from './case.ts'
import { runCases } from './state-cases.ts'

export const run = (file: string, options: RunOptions): AsyncIterable<CaseResult> =>
  runCases(JSON.parse(readFileSync(file, 'utf8')), options)

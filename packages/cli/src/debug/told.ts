/** A failure that the chain process tells of, for whoever watches `deed dev`. */
import type { ChainProcessNews, ChainProcessOptions } from '@deed/chain/server'
import { type Explanation, renderFailure, renderTree } from '@deed/solidity/debug'
import type { Terminal } from '../terminal.ts'
import { artifactFolders } from './artifact-folders.ts'

/** How the chain process is to explain: by a module of ours, over the folders with artifacts. */
export const explainOptions = (
  artifacts: readonly string[],
  terminal: Terminal,
): NonNullable<ChainProcessOptions['explain']> => ({
  module: import.meta.resolve('@deed/solidity/debug/worker'),
  settings: { folders: artifactFolders(artifacts, terminal) },
})

export const tellFailure = (
  { what, hash, blockNumber, explanation, skipped }: ChainProcessNews,
  json: boolean,
  terminal: Terminal,
): void => {
  const { style } = terminal
  const known = explanation as Explanation
  if (json) {
    const place = hash ? { hash, block: Number(blockNumber) } : {}
    terminal.out(JSON.stringify({ event: 'failed', what, ...place, skipped, ...known }))
    return
  }
  const title = hash ? `Transaction ${hash} failed in block ${blockNumber}` : `${what} failed`
  const lines = [
    '',
    style('bold', title) +
      (skipped > 0 ? style('dim', ` (and ${skipped} before it that nobody had time to explain)`) : ''),
    ...renderFailure(known, { style }),
    '',
    ...renderTree(known, { style }),
  ]
  terminal.err(lines.join('\n'))
}

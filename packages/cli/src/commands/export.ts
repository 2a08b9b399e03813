import { join, resolve } from 'node:path'
import { command } from '../command.ts'
import { DATA_OPTION, dataFolderOf } from '../data-folder.ts'
import { EXIT } from '../fault.ts'
import { flag } from '../options.ts'

export const exportChain = command({
  name: 'export',
  usage: 'FILE [--data DIR] [--json]',
  about: [
    'Writes the development chain of a folder to one file: blocks, state, history, snapshots, clock, mempool. Another',
    'machine goes on from it with `deed import`. The chain must not be running.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    data: DATA_OPTION,
    json: flag('one JSON object instead of text'),
  },
  examples: [['npx deed export chain.deed.gz', 'to a file in the current folder']],
  run: async (options, [given], terminal) => {
    const chain = join(dataFolderOf(options.data, terminal), 'chain')
    const file = resolve(terminal.folder, given!)
    const { exportFolder } = await import('@deed/chain/disk')
    const progress = (rows: number) => {
      if (!options.json) terminal.err(`${rows.toLocaleString('en')} rows written`)
    }
    const summary = await exportFolder(chain, file, progress)
    const { number, hash, chainId } = summary
    terminal.out(
      options.json
        ? JSON.stringify({ ...summary, file, folder: chain })
        : `${chain} is in ${file}: chain id ${chainId}, block ${number} (${hash}).`,
    )
    return EXIT.ok
  },
})

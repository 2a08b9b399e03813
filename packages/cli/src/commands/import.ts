import { join, resolve } from 'node:path'
import { command } from '../command.ts'
import { claimDataFolder, DATA_OPTION } from '../data-folder.ts'
import { EXIT } from '../fault.ts'
import { flag } from '../options.ts'

export const importChain = command({
  name: 'import',
  usage: 'FILE [--data DIR] [--json]',
  about: [
    'Begins a development chain from a file that `deed export` wrote. A chain that is there already is left alone. The',
    'file is checked to its end before anything has the name of a chain.',
  ].join('\n'),
  positionals: { min: 1, max: 1 },
  options: {
    data: DATA_OPTION,
    json: flag('one JSON object instead of text'),
  },
  examples: [['npx deed import chain.deed.gz', 'then `npx deed dev` goes on from it']],
  run: async (options, [given], terminal) => {
    const chain = join(await claimDataFolder(options.data, terminal), 'chain')
    const file = resolve(terminal.folder, given!)
    const { importFolder } = await import('@deed/chain/disk')
    const progress = (rows: number) => {
      if (!options.json) terminal.err(`${rows.toLocaleString('en')} rows read`)
    }
    const summary = await importFolder(file, chain, progress)
    const { number, hash, chainId } = summary
    terminal.out(
      options.json
        ? JSON.stringify({ ...summary, file, folder: chain })
        : `${file} is in ${chain}: chain id ${chainId}, block ${number} (${hash}).`,
    )
    return EXIT.ok
  },
})

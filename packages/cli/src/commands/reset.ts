import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { command } from '../command.ts'
import { DATA_OPTION, dataFolderOf } from '../data-folder.ts'
import { CommandError, EXIT } from '../fault.ts'
import { flag } from '../options.ts'

export const reset = command({
  name: 'reset',
  usage: '--yes [--data DIR] [--json]',
  about: [
    'Deletes the development chain of a folder, with what the platform knows of it. What else is there stays: accounts,',
    'secrets, exported files. A chain that runs is not deleted.',
  ].join('\n'),
  positionals: { min: 0, max: 0 },
  options: {
    yes: flag('really: there is no way back, unless `deed export` wrote the chain to a file'),
    data: DATA_OPTION,
    json: flag('one JSON object instead of text'),
  },
  examples: [['npx deed reset --yes', 'the next `deed dev` begins a new chain']],
  run: async (options, _, terminal) => {
    const folder = dataFolderOf(options.data, terminal)
    const chain = join(folder, 'chain')
    const platform = join(folder, 'platform')
    const isThere = existsSync(chain) || existsSync(platform)
    if (isThere && !options.yes)
      throw new CommandError(
        'DEED_RESET_CONFIRM',
        `This deletes the chain in ${chain} for good. Say --yes if that is meant; \`deed export FILE\` keeps a copy.`,
      )
    const { deleteFolder } = await import('@deed/chain/disk')
    const deleted = await deleteFolder(chain)
    // Only now, when it is sure that no process has the chain.
    await rm(platform, { recursive: true, force: true })
    if (options.json) terminal.out(JSON.stringify({ deleted, folder: chain }))
    else terminal.out(deleted ? `The chain in ${chain} is deleted.` : `There is no chain in ${chain}.`)
    return EXIT.ok
  },
})

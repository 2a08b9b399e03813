/** Whose key signs: a keystore that a password opens, or a development account. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Address, LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { CommandError, usageError } from '../fault.ts'
import { flag, text } from '../options.ts'
import { devAccount } from '../perform/cast.ts'
import { DEV_CHAIN_ID } from '../perform/stage.ts'
import type { Terminal } from '../terminal.ts'
import { openKeystore, readKeystore } from './keystore.ts'
import { DEV_ACCOUNTS } from './terms-file.ts'

/** Options of the commands that sign something. */
export const KEY_OPTIONS = {
  keystore: text('FILE', 'sign with the key of this keystore (geth’s format, version 3)'),
  'password-file': text(
    'FILE',
    'the keystore’s password is this file’s first line; else DEED_PASSWORD, or you are asked',
  ),
  dev: flag(`sign with a development account; only on chain ${DEV_CHAIN_ID}`),
}

export interface KeyChoice {
  readonly keystore?: string | undefined
  readonly 'password-file'?: string | undefined
  readonly dev?: boolean | undefined
}

/** @returns undefined if the command line names no key. */
export const accountOf = async (
  choice: KeyChoice,
  chain: number,
  terminal: Terminal,
  wanted: Address | undefined,
): Promise<LocalAccount | undefined> => {
  if (choice.keystore !== undefined && choice.dev)
    throw usageError('DEED_USAGE', 'Give --keystore or --dev, not both.')
  if (choice.dev) return developmentAccount(chain, wanted)
  if (choice.keystore === undefined) return undefined
  const content = await readKeystore(terminal.folder, choice.keystore)
  const password = await passwordOf(choice, terminal)
  return privateKeyToAccount(await openKeystore(content, password, choice.keystore))
}

/** @param wanted whose key it has to be; the first account without it. */
const developmentAccount = (chain: number, wanted: Address | undefined): LocalAccount => {
  if (chain !== DEV_CHAIN_ID) {
    throw new CommandError(
      'DEED_DEV_KEY',
      `The keys of development accounts are public, and this deed is for chain ${chain}. Sign with --keystore FILE.`,
    )
  }
  if (wanted === undefined) return devAccount(0)
  for (let i = 0; i < DEV_ACCOUNTS; i++) {
    const account = devAccount(i)
    if (account.address.toLowerCase() === wanted.toLowerCase()) return account
  }
  throw new CommandError(
    'DEED_DEV_KEY',
    `${wanted} is none of the ${DEV_ACCOUNTS} development accounts. Sign with --keystore FILE, or fill the party in as dev:1.`,
  )
}

const passwordOf = async (choice: KeyChoice, terminal: Terminal): Promise<string> => {
  const file = choice['password-file']
  if (file !== undefined) {
    const content = await readFile(resolve(terminal.folder, file), 'utf8').catch((cause) => {
      throw new CommandError('DEED_NOT_FOUND', `There is no password file ${file}. Check the path.`, {
        cause,
      })
    })
    return content.split(/\r?\n/, 1)[0]!
  }
  if (terminal.env.DEED_PASSWORD !== undefined) return terminal.env.DEED_PASSWORD
  if (terminal.ask) return terminal.ask(`Password of ${choice.keystore}: `, { hidden: true })
  throw usageError(
    'DEED_NO_PASSWORD',
    'The keystore needs its password: set DEED_PASSWORD, give --password-file FILE, or run it where you can be asked.',
  )
}

/** Who plays whom: the accounts of the development mnemonic, so that everybody can see that the play is one. */
import { pbkdf2Sync } from 'node:crypto'
import type { Outline } from '@deed/agreement'
import { type HDAccount, HDKey, hdKeyToAccount } from 'viem/accounts'
import { CommandError } from '../fault.ts'

/** The well-known development mnemonic. Its keys are public: it is refused on any chain but the development one. */
const DEV_MNEMONIC = 'test test test test test test test test test test test junk'
/** Deploys token and deeds. */
const HOUSE = 0
/** Plays `Anyone`, who is no party. */
const STRANGER = 9
const MOST_PARTIES = STRANGER - 1

export interface Cast {
  readonly house: HDAccount
  /** By name in the text; `Anyone` is a stranger. */
  readonly accounts: ReadonlyMap<string, HDAccount>
}

export const castOf = (outline: Outline): Cast => {
  if (outline.parties.length > MOST_PARTIES) {
    throw new CommandError(
      'DEED_TOO_MANY_PARTIES',
      `The deed has ${outline.parties.length} parties, and there are development accounts for ${MOST_PARTIES}. Leave some out of outline.json.`,
    )
  }
  const accounts = new Map(outline.parties.map(({ name }, i) => [name, devAccount(i + 1)] as const))
  return { house: devAccount(HOUSE), accounts: accounts.set('Anyone', devAccount(STRANGER)) }
}

/** An account of the development mnemonic by its place. */
export const devAccount = (addressIndex: number): HDAccount => hdKeyToAccount(rootKey(), { addressIndex })

// BIP-39: the seed takes 2,048 rounds, natively 1 ms, so it is made once for all accounts.
let root: HDKey | undefined
const rootKey = (): HDKey => {
  root ??= HDKey.fromMasterSeed(pbkdf2Sync(DEV_MNEMONIC, 'mnemonic', 2048, 64, 'sha512'))
  return root
}

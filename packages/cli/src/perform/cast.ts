/** Who plays whom: the accounts of the development mnemonic, so that everybody can see that the play is one. */
import { pbkdf2Sync } from 'node:crypto'
import type { Outline } from '@deed/agreement'
import { type HDAccount, HDKey, hdKeyToAccount } from 'viem/accounts'

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
    throw new RangeError(`a deed has at most ${MOST_PARTIES} parties, and this one ${outline.parties.length}`)
  }
  const root = rootKey()
  const devAccount = (addressIndex: number) => hdKeyToAccount(root, { addressIndex })
  const accounts = new Map(outline.parties.map(({ name }, i) => [name, devAccount(i + 1)] as const))
  return { house: devAccount(HOUSE), accounts: accounts.set('Anyone', devAccount(STRANGER)) }
}

// BIP-39: the seed takes 2,048 rounds, natively 1 ms, so it is made once for all accounts.
const rootKey = (): HDKey => HDKey.fromMasterSeed(pbkdf2Sync(DEV_MNEMONIC, 'mnemonic', 2048, 64, 'sha512'))

/** 0x01: the address that signed a hash. */
import { hexToBytes } from '../hex.ts'
import { ecrecover } from '../secp256k1.ts'
import { bytesToWord } from '../words.ts'
import { NO_OUTPUT, type Precompile, padded } from './precompile.ts'

/** Input: hash, v (27 or 28), r, s, 32 bytes each. Nothing comes back if there is no such address. */
export const ECRECOVER: Precompile = {
  name: 'ECREC',
  gas: () => 3000,
  run: (input) => {
    const v = bytesToWord(padded(input, 32, 32))
    if (v !== 27n && v !== 28n) return NO_OUTPUT
    const r = bytesToWord(padded(input, 64, 32))
    const s = bytesToWord(padded(input, 96, 32))
    const address = ecrecover(padded(input, 0, 32), v === 27n ? 0 : 1, r, s)
    if (address === undefined) return NO_OUTPUT
    const output = new Uint8Array(32)
    output.set(hexToBytes(address), 12)
    return output
  },
}

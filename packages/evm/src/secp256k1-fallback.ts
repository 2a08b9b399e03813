/** What ./secp256k1.ts needs of libsecp256k1, by @noble/curves: eight times as slow, and without WebAssembly. */
import type { Secp256k1 } from '@bitauth/libauth'
import { secp256k1 } from '@noble/curves/secp256k1.js'

type Needed = Pick<
  Secp256k1,
  'recoverPublicKeyUncompressed' | 'signMessageHashRecoverableCompact' | 'derivePublicKeyUncompressed'
>

/** Words stand for failures, as in the library. */
export const fallback: Needed = {
  recoverPublicKeyUncompressed: (signature, recoveryId, hash) =>
    attempted(() =>
      secp256k1.Signature.fromBytes(signature, 'compact')
        .addRecoveryBit(recoveryId)
        .recoverPublicKey(hash)
        .toBytes(false),
    ),
  signMessageHashRecoverableCompact: (privateKey, hash) =>
    attempted(() => {
      const signed = secp256k1.sign(hash, privateKey, { prehash: false, lowS: true, format: 'recovered' })
      return { recoveryId: signed[0] as 0 | 1, signature: signed.slice(1) }
    }),
  derivePublicKeyUncompressed: (privateKey) => attempted(() => secp256k1.getPublicKey(privateKey, false)),
}

function attempted<T>(compute: () => T): T | string {
  try {
    return compute()
  } catch (error) {
    return String(error)
  }
}

import { type Address, ecrecover, keccak256, SECP256K1_N, signHash } from '@deed/evm'
import { encodeRlp } from '../rlp.ts'
import { signingHash } from './codec.ts'
import { fault, type TransactionFault } from './fault.ts'
import type { Authorization, Signature, Transaction, UnsignedTransaction } from './types.ts'

/** Since Homestead a signature's s is at most this, so that nobody can alter it (EIP-2). */
export const HALF_CURVE_ORDER = SECP256K1_N >> 1n

/**
 * Signs with a deterministic nonce (RFC 6979) and low s. `privateKey` has 32 bytes; one that is no key
 * throws @deed/evm's `KeyError`.
 */
export const signTransaction = <T extends UnsignedTransaction>(
  transaction: T,
  privateKey: Uint8Array,
): T & Signature => ({ ...transaction, ...sign(signingHash(transaction), privateKey) })

/** An account's consent to run another's code (EIP-7702). */
export const signAuthorization = (
  consent: Pick<Authorization, 'chainId' | 'address' | 'nonce'>,
  privateKey: Uint8Array,
): Authorization => ({ ...consent, ...sign(authorizationHash(consent), privateKey) })

/**
 * Who signed. Recovery costs more than all else in a plain transfer, so it is done once per transaction
 * object. Low s is a rule of the fork, which {@link ./validate.ts} knows.
 */
export const recoverSender = (transaction: Transaction): Address | TransactionFault => {
  let sender = SENDERS.get(transaction)
  if (sender === undefined) {
    sender = recover(transaction)
    SENDERS.set(transaction, sender)
  }
  return sender
}

/**
 * A transaction of an account that is impersonated. No key signs it: its signature names the sender and holds
 * nowhere else. Whoever decodes it again has to say once more that it is to be taken so.
 */
export const impersonateSender = <T extends UnsignedTransaction>(
  transaction: T,
  sender: Address,
): T & Signature => {
  const signed = { ...transaction, yParity: 0 as const, r: BigInt(sender), s: IMPERSONATED_S }
  SENDERS.set(signed, sender)
  return signed
}

/** Says who sent a transaction that was recovered or impersonated before, so that it need not be done again. */
export const knownSender = (transaction: Transaction, sender: Address): void => {
  SENDERS.set(transaction, sender)
}

/** Whether a transaction has no key behind it: what it recovers to would never be the account that it names. */
export const isImpersonated = ({ r, s }: Signature, sender: Address): boolean =>
  s === IMPERSONATED_S && r === BigInt(sender)

/** keccak256(0x05 || rlp([chainId, address, nonce])), which an authority signs (EIP-7702). */
export const authorizationHash = ({
  chainId,
  address,
  nonce,
}: Pick<Authorization, 'chainId' | 'address' | 'nonce'>): Uint8Array => {
  const list = encodeRlp([chainId, address, nonce])
  const message = new Uint8Array(list.length + 1)
  message[0] = AUTHORIZATION_MAGIC
  message.set(list, 1)
  return keccak256(message)
}

/** The account that consents; `undefined` if the signature is not valid, s being low included (EIP-7702). */
export const recoverAuthority = (authorization: Authorization): Address | undefined => {
  const { yParity, r, s } = authorization
  if ((yParity !== 0 && yParity !== 1) || s > HALF_CURVE_ORDER) return undefined
  return ecrecover(authorizationHash(authorization), yParity, r, s)
}

const AUTHORIZATION_MAGIC = 0x05

const IMPERSONATED_S = 1n

const SENDERS = new WeakMap<Transaction, Address | TransactionFault>()

const recover = (transaction: Transaction): Address | TransactionFault => {
  const { yParity, r, s } = transaction
  if (!isInRange(r) || !isInRange(s)) {
    const message = `The signature's r ${r} and s ${s} must be above zero and below the curve's order`
    return fault('INVALID_SIGNATURE_VRS', message)
  }
  return (
    ecrecover(signingHash(transaction), yParity, r, s) ??
    fault('EC_RECOVERY_FAIL', `No public key fits the signature (yParity ${yParity}, r ${r}, s ${s})`)
  )
}

const isInRange = (scalar: bigint): boolean => scalar > 0n && scalar < SECP256K1_N

const sign = (hash: Uint8Array, privateKey: Uint8Array): Signature => {
  const { yParity, r, s } = signHash(hash, privateKey)
  return { yParity, r: BigInt(r), s: BigInt(s) }
}

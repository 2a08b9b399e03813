/**
 * Keys in files as geth keeps them: Web3 Secret Storage, version 3. The password is stretched by scrypt or PBKDF2, the key
 * encrypted by AES-128-CTR, and a keccak256 over both tells a wrong password. Node's own scrypt refuses the parameters of some
 * of these files (OpenSSL wants N below 2^16r), so it is noble's.
 */
import { createDecipheriv, pbkdf2, timingSafeEqual } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { scryptAsync } from '@noble/hashes/scrypt.js'
import { bytesToHex, concatBytes, type Hex, hexToBytes, keccak256 } from 'viem'
import { z } from 'zod'
import { CommandError } from '../fault.ts'

const hex = z.string().regex(/^(?:[0-9a-fA-F]{2})+$/)
/** A file may ask for 1 GiB at most; geth's own asks for 256 MiB. */
const MOST_MEMORY = 2 ** 30
const MOST_ROUNDS = 10_000_000

const scryptParams = z.object({
  dklen: z.int().min(32).max(64),
  n: z
    .int()
    .min(2)
    .max(2 ** 24),
  r: z.int().min(1).max(64),
  p: z.int().min(1).max(64),
  salt: hex,
})
const pbkdf2Params = z.object({
  dklen: z.int().min(32).max(64),
  c: z.int().min(1).max(MOST_ROUNDS),
  prf: z.literal('hmac-sha256'),
  salt: hex,
})
const crypto = z.object({
  cipher: z.literal('aes-128-ctr'),
  cipherparams: z.object({ iv: hex }),
  ciphertext: hex,
  kdf: z.enum(['scrypt', 'pbkdf2']),
  kdfparams: z.unknown(),
  mac: hex,
})
/** Other programs write `Crypto`, and leave the address out. */
const keystoreSchema = z.union([
  z.object({ version: z.literal(3), crypto }),
  z
    .object({ version: z.literal(3), Crypto: crypto })
    .transform(({ version, Crypto }) => ({ version, crypto: Crypto })),
])

/** @throws DEED_BAD_KEYSTORE, DEED_WRONG_PASSWORD */
export const openKeystore = async (content: string, password: string, shown: string): Promise<Hex> => {
  let file: z.infer<typeof keystoreSchema>
  let derived: Uint8Array
  try {
    file = keystoreSchema.parse(JSON.parse(content))
    derived = await derive(file.crypto, password)
  } catch (cause) {
    // What is said of a file with a key in it names no part of its content.
    throw new CommandError(
      'DEED_BAD_KEYSTORE',
      `${shown} is not a keystore of version 3 (geth's format). \`cast wallet new\` and \`geth account new\` write such files.`,
      { cause },
    )
  }
  const { ciphertext, cipherparams, mac } = file.crypto
  const encrypted = bytes(ciphertext)
  if (!timingSafeEqual(macOf(derived, encrypted), bytes(mac).subarray(0, 32))) {
    throw new CommandError('DEED_WRONG_PASSWORD', `The password does not open ${shown}. Try again.`)
  }
  const decipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), bytes(cipherparams.iv))
  const key = bytesToHex(concatBytes([decipher.update(encrypted), decipher.final()]))
  if (key.length === 66) return key
  throw new CommandError('DEED_BAD_KEYSTORE', `${shown} holds a key of another kind than Ethereum's.`)
}

const derive = async (
  { kdf, kdfparams }: { readonly kdf: 'scrypt' | 'pbkdf2'; readonly kdfparams?: unknown },
  password: string,
): Promise<Uint8Array> => {
  if (kdf === 'pbkdf2') {
    const { c, dklen, salt } = pbkdf2Params.parse(kdfparams)
    return promisify(pbkdf2)(password, bytes(salt), c, dklen, 'sha256')
  }
  const { n, r, p, dklen, salt } = scryptParams.parse(kdfparams)
  return scryptAsync(password, bytes(salt), { N: n, r, p, dkLen: dklen, maxmem: MOST_MEMORY })
}

const macOf = (derived: Uint8Array, encrypted: Uint8Array): Uint8Array =>
  keccak256(concatBytes([derived.subarray(16, 32), encrypted]), 'bytes')

const bytes = (digits: string): Uint8Array => hexToBytes(`0x${digits}`)

export const readKeystore = async (folder: string, shown: string): Promise<string> => {
  try {
    return await readFile(resolve(folder, shown), 'utf8')
  } catch (cause) {
    throw new CommandError('DEED_NOT_FOUND', `There is no keystore ${shown}. Check the path.`, { cause })
  }
}

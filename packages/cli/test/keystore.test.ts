/** Files of other programs are opened; what is no keystore, or has another password, is refused without a word of the key. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encryptKeystoreJson, Wallet } from 'ethers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { foundryBinary } from '../../../test/clients/foundry.ts'
import { openKeystore } from '../src/signing/keystore.ts'

/** The two vectors of the Web3 Secret Storage Definition. */
const VECTORS = {
  pbkdf2: {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '6087dab2f9fdbbfaddc31a909735c1e6' },
      ciphertext: '5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46',
      kdf: 'pbkdf2',
      kdfparams: {
        c: 262144,
        dklen: 32,
        prf: 'hmac-sha256',
        salt: 'ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd',
      },
      mac: '517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2',
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3,
  },
  scrypt: {
    crypto: {
      cipher: 'aes-128-ctr',
      cipherparams: { iv: '83dbcc02d8ccb40e466191a123791e0e' },
      ciphertext: 'd172bf743a674da9cdad04534d56926ef8358534d458fffccd4e6ad2fbde479c',
      kdf: 'scrypt',
      kdfparams: {
        dklen: 32,
        n: 262144,
        r: 1,
        p: 8,
        salt: 'ab0c7876052600dd703518d6fc3fe8984592145b591fc8fb5c6d43190334ba19',
      },
      mac: '2103ac29920d71da29f15d75b4a16dbe95cfd7ff8faea1056c33131d846e3097',
    },
    id: '3198bc9c-6672-5ab3-d995-4942343ae5b6',
    version: 3,
  },
}
const SECRET = '0x7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d'

const codeOf = (opening: Promise<unknown>): Promise<string> =>
  opening.then(
    () => 'opened',
    (error) => `${error.code}: ${error.message}`,
  )

describe('keystores', () => {
  test.each(Object.entries(VECTORS))('of the definition are opened: %s', async (_, vector) => {
    expect(await openKeystore(JSON.stringify(vector), 'testpassword', 'k.json')).toBe(SECRET)
  })

  test('of ethers are opened, whose address has another case and whose word is Crypto', async () => {
    const content = await encryptKeystoreJson(
      { address: new Wallet(SECRET).address, privateKey: SECRET },
      'secret words',
      {
        progressCallback: () => {},
        scrypt: { N: 1024, r: 8, p: 1 },
      },
    )
    expect(content).toContain('"Crypto"')
    expect(await openKeystore(content, 'secret words', 'k.json')).toBe(SECRET)
  })

  test('of cast are opened', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deed-keystore-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const { status, stdout } = spawnSync(
      foundryBinary('cast'),
      [
        'wallet',
        'import',
        'tenant',
        '--keystore-dir',
        folder,
        '--private-key',
        SECRET,
        '--unsafe-password',
        'x',
      ],
      { encoding: 'utf8' },
    )
    expect([status, stdout]).toEqual([0, expect.stringContaining('tenant')])
    const content = readFileSync(join(folder, readdirSync(folder)[0]!), 'utf8')
    expect(await openKeystore(content, 'x', 'k.json')).toBe(SECRET)
  })

  test('with another password stay shut', async () => {
    const said = await codeOf(openKeystore(JSON.stringify(VECTORS.scrypt), 'testpasswort', 'k.json'))
    expect(said).toBe('DEED_WRONG_PASSWORD: The password does not open k.json. Try again.')
  })

  const { crypto } = VECTORS.scrypt
  const wrong: [what: string, content: string][] = [
    ['no JSON', 'BEGIN PRIVATE KEY'],
    ['another version', JSON.stringify({ ...VECTORS.scrypt, version: 4 })],
    [
      'a cipher of another kind',
      JSON.stringify({ version: 3, crypto: { ...crypto, cipher: 'aes-256-gcm' } }),
    ],
    ['digits that are none', JSON.stringify({ version: 3, crypto: { ...crypto, ciphertext: 'zz' } })],
    [
      'more memory than a machine has',
      JSON.stringify({
        version: 3,
        crypto: { ...crypto, kdfparams: { ...crypto.kdfparams, n: 2 ** 24, r: 64 } },
      }),
    ],
    [
      'rounds without end',
      JSON.stringify({
        version: 3,
        crypto: {
          ...VECTORS.pbkdf2.crypto,
          kdfparams: { ...VECTORS.pbkdf2.crypto.kdfparams, c: 2 ** 31 },
        },
      }),
    ],
  ]
  test.each(wrong)('with %s are refused, and nothing of them is shown', async (_, content) => {
    const said = await codeOf(openKeystore(content, 'testpassword', 'k.json'))
    expect(said).toMatch(/^DEED_BAD_KEYSTORE: k\.json is not a keystore of version 3/)
    expect(said).not.toContain(crypto.ciphertext)
  })
})

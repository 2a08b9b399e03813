import { useQuery } from '@tanstack/react-query'
import { useChainTime } from '../chain/heads.ts'
import { useDirectory } from '../components/who.tsx'
import { nameOf } from '../decode/directory.ts'
import { short } from '../format/words.ts'
import { deedQuery, documentQuery, PlatformError } from '../platform/queries.ts'

/** A deed with its text, its name on this chain, and the chain's time as far as the deed knows it. */
export const useDeed = (address: string) => {
  const { data: deed, error } = useQuery(deedQuery(address))
  const text = useQuery({ ...documentQuery(address), enabled: deed?.title !== undefined }).data
  const head = useChainTime()
  const known = useDirectory()
  return {
    deed,
    error,
    text,
    missing: !deed && error instanceof PlatformError && error.code === 'DEED_NOT_FOUND',
    title: nameOf(known, address) ?? deed?.title ?? `Deed ${short(address)}`,
    now: Math.max(head ?? 0, deed?.timeline.at(-1)?.time ?? 0),
  }
}

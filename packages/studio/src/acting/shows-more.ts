import type { Deed } from '@deed/platform'
import type { QueryClient } from '@tanstack/react-query'
import { deedQuery } from '../platform/queries.ts'

const AGAIN_MS = 300
const LONGEST_MS = 15_000

/** The platform takes a block in a moment after it is there: until then the page would show what is over. */
export const showsMore = async (queries: QueryClient, { address, events }: Deed): Promise<void> => {
  for (const end = Date.now() + LONGEST_MS; Date.now() < end; ) {
    const now = await queries.fetchQuery({ ...deedQuery(address), staleTime: 0 }).catch(() => undefined)
    if (now && now.events !== events) break
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
  }
  await queries.invalidateQueries({ queryKey: ['platform', 'deeds'] })
}

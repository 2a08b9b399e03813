import { QueryClient } from '@tanstack/react-query'
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Frame } from './components/frame.tsx'
import { Broken, NotFound } from './pages/not-found.tsx'

/** What is not there is not asked for again; everything else may have been a moment's trouble. */
const once = (failures: number, error: Error) =>
  failures < 1 && !/NotFound/.test(error.name) && (error as { code?: unknown }).code !== 'DEED_NOT_FOUND'

export const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: 2_000, retry: once } },
})

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: Broken })
const getParentRoute = () => root

const home = createRoute({
  getParentRoute,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/home.tsx'), 'Home'),
})
const deed = createRoute({
  getParentRoute,
  path: '/deed/$address',
  component: lazyRouteComponent(() => import('./pages/deed.tsx'), 'DeedPage'),
})
const explain = createRoute({
  getParentRoute,
  path: '/deed/$address/explain',
  component: lazyRouteComponent(() => import('./pages/explain.tsx'), 'ExplainPage'),
})
const write = createRoute({
  getParentRoute,
  path: '/write',
  // The deed whose text is to be begun with.
  validateSearch: ({ from }): { from?: string } =>
    typeof from === 'string' && /^0x[0-9a-f]{40}$/.test(from) ? { from } : {},
  component: lazyRouteComponent(() => import('./pages/write.tsx'), 'WritePage'),
})
const block = createRoute({
  getParentRoute,
  path: '/block/$id',
  component: lazyRouteComponent(() => import('./pages/block.tsx'), 'BlockPage'),
})
const transaction = createRoute({
  getParentRoute,
  path: '/tx/$hash',
  component: lazyRouteComponent(() => import('./pages/transaction.tsx'), 'TransactionPage'),
})
const address = createRoute({
  getParentRoute,
  path: '/address/$address',
  component: lazyRouteComponent(() => import('./pages/address.tsx'), 'AddressPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([home, deed, explain, write, block, transaction, address]),
  scrollRestoration: true,
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

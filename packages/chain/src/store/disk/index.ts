/** @deed/chain/disk: a chain in a folder. Node only. */
export { DiskError } from './error.ts'
export { deleteFolder } from './folder.ts'
export { type OriginCachesOptions, openOriginCaches } from './origin-caches.ts'
export { type ExportSummary, exportFolder, importFolder } from './portable.ts'
export { type DiskStoreOptions, openDiskStore } from './store.ts'

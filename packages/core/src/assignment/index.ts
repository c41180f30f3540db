// Entry point of assignment: from (salt, unit) to a bucket, and from weights to bucket tables.
export { apportion } from './apportionment.ts'
export { BUCKETS, bucketOf } from './bucket.ts'
export type { BucketCounts, BucketRun, BucketTable } from './bucket-table.ts'
export {
  canonicalTable,
  countBuckets,
  formatTable,
  indexBuckets,
  movedShare,
  parseTable,
  reweightTable,
} from './bucket-table.ts'
export { HASH_VERSION, hashText } from './hash.ts'

/** Ends this run's PostgreSQL; global-setup.ts left the function, since both run in one process. */
export default async function tearDown(): Promise<void> {
  const { removeTestPostgres } = globalThis as { removeTestPostgres?: () => Promise<void> };
  await removeTestPostgres?.();
}

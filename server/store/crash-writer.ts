/** Writes until it is killed, and says what was acknowledged: the other half of the store's recovery test. */
import { openStore } from './store.ts';

const store = openStore({ dataDir: process.argv[2], clock: { now: () => 0 } });
await store.transaction((db) => db.exec('CREATE TABLE part (name TEXT, number INTEGER)'));

async function write(worker: number): Promise<never> {
  for (let count = 0; ; count++) {
    const name = `${worker}-${count}`;
    await store.transaction(async (db) => {
      for (const number of [1, 2, 3]) {
        db.run('INSERT INTO part VALUES (?, ?)', name, number);
        await Promise.resolve();
      }
    });
    process.stdout.write(`${name}\n`);
  }
}

await Promise.all([1, 2, 3, 4].map(write));

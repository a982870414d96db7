import { expect, test } from '@jest/globals';
import { Connection } from './connection.ts';
import { migrate } from './schema.ts';

test('a database that kept every version in its history keeps what it had, each once', () => {
  const db = new Connection(':memory:');
  migrate(db);
  // As the first format had it.
  db.exec('DROP VIEW every_version; PRAGMA user_version = 1');
  const insert = 'INSERT INTO resource (rid, type, id, project, version, updated, deleted, content) VALUES';
  db.exec(`${insert} (1, 'Patient', 'a', 'p', 'a2', 20, 0, 'second'), (2, 'Patient', 'b', 'p', 'b2', 40, 1, '')`);
  db.exec(`INSERT INTO history (rid, seq, version, updated, content) VALUES
    (1, 1, 'a1', 10, 'first'), (1, 2, 'a2', 20, 'second'), (2, 1, 'b1', 30, 'only'), (2, 2, 'b2', 40, NULL)`);
  const versions = 'SELECT version, content FROM every_version WHERE rid = ? ORDER BY seq DESC';

  migrate(db);

  expect(db.all(versions, 1)).toEqual([
    { version: 'a2', content: 'second' },
    { version: 'a1', content: 'first' },
  ]);
  expect(db.all(versions, 2)).toEqual([
    { version: 'b2', content: null },
    { version: 'b1', content: 'only' },
  ]);
  expect(db.all('SELECT version FROM history ORDER BY version')).toEqual([{ version: 'a1' }, { version: 'b1' }]);
  db.close();
});

import { rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrateObjectos, startObjectos } from './contestants.ts';
import { createDatabase } from './dataset.ts';
import { generateApp } from './generated-app.ts';
import { wireRequest } from './loader.ts';

export interface StartUp {
  readonly objects: number;
  /** Seconds from spawn to the first answer from the database, with an empty database: the tables are made first. */
  readonly firstStart: number;
  /** The same with the tables in place; median of three. */
  readonly coldStart: number;
  /** Megabytes of resident memory, idle. */
  readonly memory: number;
}

const probe = wireRequest('POST', '/graphql', { query: '{ users(first: 1) { nodes { id name } } }' });

export async function measureStartUp(server: string, objects: number): Promise<StartUp> {
  const directory = await generateApp(objects);
  const drawing = await createDatabase(server);
  const database = await createDatabase(server);
  try {
    await migrateObjectos(directory, drawing.url);
    const first = await startObjectos(directory, database.url, probe);
    await first.stop();
    const times: number[] = [];
    const memories: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const again = await startObjectos(directory, database.url, probe);
      times.push(again.readyAfter);
      await sleep(1_500);
      memories.push(await again.memory());
      await again.stop();
    }
    const median = (list: number[]) => list.sort((a, b) => a - b)[1] ?? 0;
    return { objects, firstStart: first.readyAfter / 1000, coldStart: median(times) / 1000, memory: median(memories) };
  } finally {
    await Promise.all([drawing.drop(), database.drop()]);
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * A process that makes many objects of which many are in use at a time, and prints how large its young generation
 * is then, in MB (2^20 bytes). With the argument `stopped` its growth is stopped before.
 */
import {argv} from 'node:process';
import {getHeapSpaceStatistics} from 'node:v8';
import {stopYoungGeneration} from '../../firmware/base/young-generation.ts';

const inUse = 100_000;
const made = 2_000_000;

if (argv[2] === 'stopped') stopYoungGeneration();
const objects: {count: number}[] = [];
for (let count = 0; count < made; count++) objects[count % inUse] = {count};
const space = getHeapSpaceStatistics().find(({space_name: name}) => name === 'new_space');
console.log((space?.space_size ?? 0) / 2 ** 20);

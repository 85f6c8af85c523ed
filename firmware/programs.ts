import {fileURLToPath} from 'node:url';

/** Where this program finds its own parts: beside it in the bundle, in their rooms in a checkout. */
const isBundle = import.meta.url.endsWith('.js');

/** The media thread's program. */
export const mediaProgram = new URL(isBundle ? 'media-main.js' : 'media-main.ts', import.meta.url);

/** The folder with the built page. */
export const page = fileURLToPath(new URL(isBundle ? 'page/' : '../build/page/', import.meta.url));

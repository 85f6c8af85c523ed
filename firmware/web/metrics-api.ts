import {CallCounter} from '../bridges/call-counter.ts';
import {EXPOSITION_TYPE} from '../bridges/exposition.ts';
import {metrics} from '../bridges/metrics.ts';
import type {Api} from './router.ts';
import type {Shown} from './shown.ts';

/** `GET /metrics`, for Prometheus: for who may read the API. */
export function addMetrics(api: Api, {station, calls}: Pick<Shown, 'station' | 'calls'>): void {
  const counter = new CallCounter(calls);
  api.on('GET', '/metrics', ({response}) => {
    const text = metrics(station.status(), counter.counts());
    response.writeHead(200, {
      'Content-Type': EXPOSITION_TYPE,
      'Content-Length': Buffer.byteLength(text),
      'Cache-Control': 'no-store',
    });
    response.end(text);
  });
}

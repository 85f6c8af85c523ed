import {render} from 'preact';
import {App} from './app.tsx';
import {Model} from './model.ts';

const root = document.getElementById('page');
if (root) {
  root.replaceChildren();
  render(<App model={new Model()} />, root);
}

import type {BoardDefinition} from '../../hal/board-definition.ts';

/**
 * The configuration that a package brings: the station starts with it, calls nobody, and answers nobody until it is told whom.
 * The page is to be had on the board itself.
 */
export function defaultConfiguration({name, inputs}: BoardDefinition): string {
  const button = inputs.find((input) => input.name === 'button-1');
  const buttons =
    button === undefined
      ? '# This board has no lines: it is an indoor station. It answers whom "from" lists.\n'
      : `buttons:
  - name: bell
    input: ${button.name}
    call: []                    # whom it calls, such as [192.168.1.20, sip:101@pbx.example.org]
`;
  return `# Doorline. What each key says: /usr/share/doc/doorline/docs/configuration.md
# After a change: sudo doorline check --config /etc/doorline/doorline.yaml && sudo systemctl restart doorline
name: Doorline
board: ${name}
data: /var/lib/doorline
sip:
  listen: [udp:0.0.0.0:5060, tcp:0.0.0.0:5060]
${buttons}answer:
  mode: automatic
  from: []                      # who may call and is answered, such as [192.168.1.20]; nobody else is
http: {listen: 127.0.0.1:8080}  # the page, for programs on this board only
`;
}

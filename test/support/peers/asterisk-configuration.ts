/** What an Asterisk knows of a phone. */
export interface AsteriskPhone {
  readonly password: string;
  /** It must encrypt its sound with keys in SDP. */
  readonly encryption?: 'sdes';
  /** It is sent keys as tones in the sound, and telephone-event is not offered to it. */
  readonly keys?: 'inband';
  /** The only codec that is spoken with it; default: ulaw. */
  readonly codec?: 'ulaw' | 'alaw' | 'g722';
}

export interface AsteriskPlaces {
  /** Where it keeps its own things, as it sees the path inside its root folder. */
  readonly folder: string;
  readonly moduleFolder: string;
  /** For UDP; TLS has the next one. */
  readonly port: number;
  readonly rtp: {readonly first: number; readonly last: number};
  /** Whether there are the files tls.crt and tls.key in `folder`. */
  readonly secure: boolean;
}

const modules = [
  ...['res_timing_timerfd', 'res_sorcery_config', 'res_sorcery_memory', 'res_sorcery_astdb', 'res_pjproject'],
  ...['res_pjsip', 'res_pjsip_session', 'res_pjsip_sdp_rtp', 'res_pjsip_registrar', 'res_pjsip_nat'],
  ...['res_pjsip_authenticator_digest', 'res_pjsip_outbound_authenticator_digest'],
  ...['res_pjsip_endpoint_identifier_user', 'res_pjsip_caller_id', 'res_pjsip_header_funcs'],
  ...['res_pjsip_rfc3326', 'res_pjsip_dtmf_info', 'res_pjsip_pubsub', 'chan_pjsip', 'res_rtp_asterisk'],
  // The second of these needs the first.
  ...['res_pjsip_outbound_publish', 'res_pjsip_exten_state', 'res_pjsip_dialog_info_body_generator'],
  ...[
    'res_srtp',
    'res_crypto',
    'app_transfer',
    'res_pjsip_refer',
    'app_voicemail',
    'res_pjsip_mwi',
    'res_pjsip_mwi_body_generator',
  ],
  ...['res_musiconhold', 'res_clioriginate', 'bridge_simple', 'bridge_softmix', 'bridge_holding'],
  ...[
    'app_dial',
    'app_echo',
    'app_playback',
    'app_confbridge',
    'app_page',
    'app_queue',
    'app_read',
    'app_senddtmf',
  ],
  ...[
    'app_stack',
    'func_channel',
    'func_logic',
    'func_strings',
    'pbx_config',
    'codec_ulaw',
    'codec_alaw',
    'codec_g722',
    'codec_resample',
  ],
  ...['format_wav', 'format_pcm', 'format_sln'],
];

/** Has to be there though nothing is in it. */
const emptyFiles = [
  ...['acl', 'ccss', 'cdr', 'cel', 'cli_permissions', 'features', 'http', 'indications', 'manager'],
  ...['pjproject', 'udptl', 'confbridge'],
];

/** The files of an Asterisk on 127.0.0.1, by name: its dial plan is told at `Asterisk`. */
export function asteriskFiles(
  places: AsteriskPlaces,
  phones: Readonly<Record<string, AsteriskPhone>>,
): Record<string, string> {
  const {folder, rtp} = places;
  const names = Object.keys(phones);
  return {
    ...Object.fromEntries(emptyFiles.map((name) => [`${name}.conf`, ''])),
    'asterisk.conf': directories(places),
    'modules.conf': ['[modules]', 'autoload=no', ...modules.map((name) => `load=${name}.so`), ''].join('\n'),
    'logger.conf': '[general]\n[logfiles]\nconsole => notice,warning,error,verbose\n',
    'rtp.conf': `[general]\nrtpstart=${rtp.first}\nrtpend=${rtp.last}\nicesupport=no\nstrictrtp=no\n`,
    'musiconhold.conf': `[default]\nmode=files\ndirectory=${folder}/sounds\n`,
    'queues.conf': `[general]\n[porters]\nstrategy=ringall\ntimeout=10\nretry=2\nringinuse=no\n${names
      .map((name) => `member => PJSIP/${name}\n`)
      .join('')}`,
    'pjsip.conf': [transports(places), ...names.map((name) => endpoint(name, phones[name]!))].join('\n'),
    'extensions.conf': dialPlan(places, names),
    'voicemail.conf': `[general]\nformat=wav\n[home]\n${names.map((name) => `${name} => 1234,${name}\n`).join('')}`,
  };
}

function directories({folder, moduleFolder}: AsteriskPlaces): string {
  const own = ['etc', 'db', 'spool', 'run', 'log'].map((name) => `ast${name}dir => ${folder}/${name}`);
  return [
    '[directories]',
    ...own,
    `astmoddir => ${moduleFolder}`,
    'astvarlibdir => /var/lib/asterisk',
    'astkeydir => /var/lib/asterisk',
    'astdatadir => /usr/share/asterisk',
    'astagidir => /usr/share/asterisk/agi-bin',
    '[options]',
    'documentation_language = en_US',
    '',
  ].join('\n');
}

function transports({folder, port, secure}: AsteriskPlaces): string {
  const tls = `[tls]
type=transport
protocol=tls
bind=127.0.0.1:${port + 1}
cert_file=${folder}/tls.crt
priv_key_file=${folder}/tls.key
method=tlsv1_2
`;
  return `[global]
type=global
user_agent=Asterisk of the tests
[udp]
type=transport
protocol=udp
bind=127.0.0.1:${port}
${secure ? tls : ''}`;
}

function endpoint(name: string, {password, encryption, keys, codec}: AsteriskPhone): string {
  return `[${name}]
type=endpoint
context=home
aors=${name}
auth=${name}
disallow=all
allow=${codec ?? 'ulaw'}
direct_media=no
dtmf_mode=${keys ?? 'rfc4733'}
timers=always
timers_min_se=90
timers_sess_expires=90
callerid="Concierge" <100>
mailboxes=${name}@home
${encryption === undefined ? '' : `media_encryption=${encryption}`}
[${name}]
type=auth
auth_type=digest
username=${name}
password=${password}
[${name}]
type=aor
max_contacts=1
remove_existing=yes
minimum_expiration=10
`;
}

function dialPlan({folder, port}: AsteriskPlaces, names: readonly string[]): string {
  const phones = names.map((name) => `PJSIP/${name}`).join('&');
  return `[general]
[home]
exten => 100,1,Answer()
 same => n,Echo()
exten => 101,1,Answer()
 same => n,Playback(${folder}/sounds/resident)
 same => n,Hangup()
exten => 102,1,Answer()
 same => n,MusicOnHold()
exten => 103,1,Page(${phones},b(call-info^s^1)i,10)
exten => 104,1,Answer()
 same => n,Queue(porters,,,,20)
exten => 106,1,Answer()
 same => n,Wait(0.5)
 same => n,SendDTMF(159#,200,150)
 same => n,Wait(5)
 same => n,Hangup()
exten => 107,1,Answer()
 same => n,Read(keys,,4,,1,10)
 same => n,SendDTMF(\${keys},200,150)
 same => n,Wait(1)
 same => n,Hangup()
exten => 108,1,Answer()
 same => n,Wait(0.5)
 same => n,Transfer(PJSIP/sip:101@127.0.0.1:${port})
 same => n,Hangup()
exten => 109,1,Progress()
 same => n,Playback(${folder}/sounds/resident,noanswer)
 same => n,Hangup(17)
exten => 110,1,VoiceMail(${names.map((name) => `${name}@home`).join('&')},s)
${names.map((name) => `exten => ${name},hint,PJSIP/${name}\n`).join('')}exten => 121,1,Dial(${phones},10,b(alert-info^s^1))
[call-info]
exten => s,1,Set(PJSIP_HEADER(add,Call-Info)=<sip:127.0.0.1>\\;answer-after=0)
 same => n,Return()
[alert-info]
exten => s,1,Set(PJSIP_HEADER(add,Alert-Info)=<http://127.0.0.1>\\;info=alert-autoanswer\\;delay=0)
 same => n,Return()
`;
}

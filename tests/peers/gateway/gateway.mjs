// A real Wechaty gateway over a mock account: `node gateway.mjs '{"port": …, "token": …}'`.
// Commands come in as JSON lines `{"id", "do", …}`; each is answered `{"id", "ok"}` or
// `{"id", "error"}`. Ends when its input ends, so that no test leaves one behind.
import readline from 'node:readline'
import { FileBox } from 'file-box'
import * as PUPPET from 'wechaty-puppet'
import { PuppetMock, mock } from 'wechaty-puppet-mock'
import { PuppetServer } from 'wechaty-puppet-service'

const { port, token, tls = false, loggedIn = true } = JSON.parse(process.argv[2])

const BOT = 'wxid_bot'
const ROOM = '20000000001@chatroom'
const PEOPLE = { [BOT]: '沉淀', wxid_lin: '林一舟', wxid_chen: '陈默', wxid_zhao: '赵晴' }

PUPPET.log.level('silent')
const mocker = new mock.Mocker()
const puppet = new PuppetMock({ mocker })

// What the stock mock answers with constants, it answers here with what the test said.
const told = { url: new Map(), mini: new Map(), place: new Map(), card: new Map() }
const aliases = new Map([['wxid_chen', '默默']])
const failing = new Map()
const sent = []
let slow = false
let refusal = null

const pause = () => new Promise(resolve => setTimeout(resolve, Math.random() * 20))
const fails = id => {
  const left = failing.get(id) ?? 0
  if (left > 0) {
    failing.set(id, left - 1)
    throw new Error('not in the cache yet')
  }
}
const known = (map, id) => {
  if (!map.has(id)) throw new Error('there is none for ' + id)
  return map.get(id)
}

puppet.messageRawPayload = async id => {
  if (slow) await pause()
  fails(id)
  return mocker.messagePayload(id)
}
puppet.contactRawPayload = async id => {
  fails(id)
  return mocker.contactPayload(id)
}
puppet.messageUrl = async id => known(told.url, id)
puppet.messageMiniProgram = async id => known(told.mini, id)
puppet.messageLocation = async id => known(told.place, id)
puppet.messageContact = async id => known(told.card, id)
puppet.roomMemberList = async id => mocker.roomPayload(id).memberIdList
puppet.roomMemberRawPayload = async (room, id) => {
  fails(id)
  const { avatar, name } = mocker.contactPayload(id)
  return { avatar, id, name, roomAlias: aliases.get(id) }
}
const say = puppet.messageSendText.bind(puppet)
puppet.messageSendText = async (conversation, text, mentions = []) => {
  if (refusal) throw new Error(refusal)
  await say(conversation, text)
  sent.push({ conversation, text, mentions, at: Date.now() })
  return 'sent-' + sent.length
}

puppet.messageSendFile = async (conversation, box) => {
  if (refusal) throw new Error(refusal)
  const size = (await box.toBuffer()).length
  sent.push({ conversation, text: '', mentions: [], file: box.name, size })
  return 'sent-' + sent.length
}
puppet.messageRecall = async id => {
  const place = Number(id.replace('sent-', '')) - 1
  if (!sent[place] || sent[place].recalled) return false
  sent[place].recalled = true
  return true
}

let number = 0
const message = ({ key, from = 'wxid_lin', room = ROOM, to, type = 'Text', at, ...rest }) => {
  const id = key ?? `m${Date.now()}-${++number}`
  const payload = {
    id,
    talkerId: from,
    timestamp: at ?? Date.now(),
    type: typeof type === 'number' ? type : PUPPET.types.Message[type],
    ...(to ? { listenerId: to } : { roomId: room, mentionIdList: rest.mentions ?? [] }),
    ...(rest.text === undefined ? {} : { text: rest.text }),
    ...(rest.filename === undefined ? {} : { filename: rest.filename }),
  }
  for (const [name, map] of Object.entries(told)) if (rest[name]) map.set(id, rest[name])
  if (rest.fails) failing.set(id, rest.fails)
  mocker.MessageMock.create(payload)
  return id
}
const arrives = id => puppet.emit('message', { messageId: id })
const load = id => mocker.ContactMock.load(id)
const bytes = size => Buffer.from(Array.from({ length: size }, (_, i) => (i * 7) % 251))

const commands = {
  say: what => {
    const id = message(what)
    arrives(id)
    return id
  },
  burst: ({ count, room }) => {
    for (let i = 0; i < count; i++) arrives(message({ room, text: `第${i}条` }))
  },
  file: ({ name, size, url, ...what }) => {
    const id = message({ filename: name, ...what })
    const box = url ? FileBox.fromUrl(url, { name }) : FileBox.fromBuffer(bytes(size), name)
    mocker.cacheFileBoxPayload.set(id, url ? box.toJSON() : {
      name, type: 1, base64: bytes(size).toString('base64'),
    })
    arrives(id)
    return id
  },
  join: ({ who, by = 'wxid_lin', room = ROOM }) =>
    mocker.RoomMock.load(room).add(...who.map(load)).by(load(by)),
  leave: ({ who, by, room = ROOM }) =>
    mocker.RoomMock.load(room).remove(...who.map(load)).by(load(by ?? who[0])),
  topic: ({ title, by = 'wxid_lin', room = ROOM }) =>
    mocker.RoomMock.load(room).topic(title).by(load(by)),
  emit: ({ event, payload }) => puppet.emit(event, payload),
  person: ({ key, name, alias }) => {
    mocker.createContact({ id: key, name })
    if (alias) aliases.set(key, alias)
  },
  room: ({ key, title, members = Object.keys(PEOPLE), owner, admins = [] }) => {
    mocker.createRoom({
      id: key, topic: title, memberIdList: [...members], ownerId: owner, adminIdList: admins,
    })
  },
  login: () => puppet.login(BOT),
  logout: () => puppet.logout('by a test'),
  fails: ({ key, times }) => failing.set(key, times) && undefined,
  slow: ({ on }) => { slow = on },
  refuse: ({ why }) => { refusal = why },
  sent: () => sent.map(({ at, ...rest }) => rest),
  stamped: () => sent,
}

async function start () {
  await puppet.start()
  for (const [id, name] of Object.entries(PEOPLE)) mocker.createContact({ id, name })
  commands.room({ key: ROOM, title: '运营人一群', owner: 'wxid_lin' })
  const server = new PuppetServer({
    endpoint: `127.0.0.1:${port}`, puppet, token, tls: { disable: !tls },
  })
  await server.start()
  if (loggedIn) puppet.login(BOT)
}

const answer = line => process.stdout.write(JSON.stringify(line) + '\n')
process.on('unhandledRejection', error => process.stderr.write(String(error?.stack) + '\n'))
await start()
answer({ id: 0, ok: 'ready' })
for await (const line of readline.createInterface({ input: process.stdin })) {
  const { id, do: does, ...what } = JSON.parse(line)
  try {
    answer({ id, ok: (await commands[does](what)) ?? null })
  } catch (error) {
    answer({ id, error: String(error?.message ?? error) })
  }
}
process.exit(0)

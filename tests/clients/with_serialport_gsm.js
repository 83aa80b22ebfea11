// A user's program with serialport-gsm: the port as argument, what happens on stdout.
const gsm = require('serialport-gsm')

const TO = '+491701234567'
const modem = gsm.Modem()
const say = text => process.stdout.write(`${text}\n`)
const fail = error => { say(`FAILED ${error.message || error}`); process.exit(1) }

const options = {
  baudRate: 115200,
  autoDeleteOnReceive: true,
  enableConcatenation: true,
  incomingCallIndication: false,
  incomingSMSIndication: true,
  pin: '',
  customInitCommand: 'AT+CNMI=2,1,0,2,0',
  cnmiCommand: 'AT+CNMI=2,1,0,2,0',
}

let sent = false
modem.on('onNewMessage', messages => {
  for (const message of messages) say(`GOT ${message.sender} ${JSON.stringify(message.message)}`)
  if (sent) return
  sent = true
  modem.sendSMS(TO, 'Hello of serialport-gsm', false, result => {
    if (result.status !== 'success' || !result.data.messageId) return
    say(`SENT ${result.data.message}`)
  })
})

modem.open(process.argv[2], options, error => { if (error) fail(error) })
modem.on('open', () => {
  modem.initializeModem((result, error) => {
    if (error) return fail(error)
    modem.setModemMode((answer, refused) => {
      if (refused) return fail(refused)
      modem.getModemSerial((serial, unknown) => {
        if (unknown) return fail(unknown)
        say(`IMEI ${serial.data.modemSerial}`)
        say('READY')
      })
    }, 'PDU')
  })
})

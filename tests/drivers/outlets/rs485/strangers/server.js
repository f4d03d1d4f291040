// Slaves of npm's modbus-serial on the serial port of the first argument. The second says what they hold, as
// JSON: {"words": {"11": {"0": 2300}}, "coils": {"1": [false, false]}}, by unit. What is written is said.
"use strict";
const { ServerSerial } = require("modbus-serial");

const [port, holds] = [process.argv[2], JSON.parse(process.argv[3])];
const refusal = { modbusErrorCode: 2 };

function word(address, unit, answer) {
    const value = (holds.words[unit] || {})[address];
    return value === undefined ? answer(refusal) : answer(null, value);
}

function coil(address, unit, answer) {
    const value = (holds.coils[unit] || [])[address];
    return value === undefined ? answer(refusal) : answer(null, value);
}

function setCoil(address, value, unit, answer) {
    if (holds.coils[unit] === undefined) return answer(refusal);
    holds.coils[unit][address] = value;
    console.log(`unit ${unit} coil ${address} ${value}`);
    return answer(null);
}

const vector = { getInputRegister: word, getCoil: coil, setCoil };
const server = new ServerSerial(vector, { port, baudRate: 9600, interval: 10 });
server.on("initialized", () => console.log("ready"));

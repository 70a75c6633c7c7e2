// Package announcement is how a station tells people of its receptions and duty: messages that go out before a reception
// (Delivery), and calendars that phones subscribe to (Feed, Entry).
//
// Everything here follows from values: which reception must be told of (Plan.Decide), what may be sent when (Delivery), and
// what became of an event in a calendar (Revise). What is told in which words is not decided here.
package announcement

// Package mounted is what the operator mounts into the intake as files: documents, secrets, and the first passwords of the
// staff. It follows their changes while the service runs and never lets a bad new file replace a good old one.
package mounted

import (
	"crypto/sha256"
	"fmt"
	"hash"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/stationconf"
	"township.dev/liaison/internal/workday"
)

// Documents is one consistent set of what the operator told the intake. It is never changed once read.
type Documents struct {
	Station  stationconf.Station
	Schedule stationconf.Schedule
	// Rules for the station's cases: its deadlines, the holidays in force, its time zone.
	Rules casework.Rules
	// Location is the time zone of the station: its days begin and end there.
	Location *time.Location
	// Digest of the files the set was read from.
	Digest [sha256.Size]byte
	// Villages by name, as residents choose them.
	Villages []string
	// Proxies whose word on a visitor's address is believed.
	Proxies guard.Proxies

	people map[string]stationconf.Person
}

// ReadDocuments reads the set from the folder. An error names the document and what is wrong with it.
func ReadDocuments(dir string) (*Documents, error) {
	// A kubelet swaps this link. Followed once, it leads to documents that belong together.
	if target, err := os.Readlink(filepath.Join(dir, "..data")); err == nil {
		dir = filepath.Join(dir, filepath.Base(target))
	}
	sum := sha256.New()
	station, err := read(dir, stationconf.StationFile, sum, stationconf.DecodeStation)
	if err != nil {
		return nil, err
	}
	calendar, err := read(dir, stationconf.CalendarFile, sum, stationconf.DecodeCalendar)
	if err != nil {
		return nil, err
	}
	schedule, err := read(dir, stationconf.ScheduleFile, sum, stationconf.DecodeSchedule)
	if err != nil {
		return nil, err
	}
	d, err := NewDocuments(station, calendar, schedule)
	if err != nil {
		return nil, err
	}
	d.Digest = [sha256.Size]byte(sum.Sum(nil))
	return d, nil
}

func read[T any](dir, file string, sum hash.Hash, decode func([]byte) (T, error)) (T, error) {
	var zero T
	data, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return zero, fmt.Errorf("reading document %s: %w", file, err)
	}
	value, err := decode(data)
	if err != nil {
		return zero, fmt.Errorf("checking what the operator mounted: %w", err)
	}
	// The length keeps a byte from moving between documents unseen.
	_, _ = fmt.Fprintf(sum, "%d ", len(data))
	_, _ = sum.Write(data)
	return value, nil
}

// NewDocuments makes a set of documents that stationconf has checked.
func NewDocuments(station stationconf.Station, calendar stationconf.Calendar, schedule stationconf.Schedule) (*Documents, error) {
	location, err := station.Location()
	if err != nil {
		return nil, err
	}
	holidays, err := workday.NewCalendar(calendar.Years...)
	if err != nil {
		return nil, fmt.Errorf("the holidays: %w", err)
	}
	proxies, err := guard.ParseProxies(station.TrustedProxies)
	if err != nil {
		return nil, fmt.Errorf("the trusted proxies: %w", err)
	}
	d := &Documents{
		Station: station, Schedule: schedule, Location: location, Proxies: proxies,
		Rules:  rulesOf(station, schedule, holidays, location),
		people: make(map[string]stationconf.Person, len(schedule.Deputies)+len(schedule.Leaders)),
	}
	for _, people := range [][]stationconf.Person{schedule.Deputies, schedule.Leaders} {
		for _, p := range people {
			d.people[p.ID] = p
		}
	}
	for _, v := range station.Township.Villages {
		d.Villages = append(d.Villages, v.Name)
	}
	return d, nil
}

// rulesOf the station's cases.
func rulesOf(station stationconf.Station, schedule stationconf.Schedule, holidays *workday.Calendar, location *time.Location) casework.Rules {
	r := casework.Rules{
		Triage: station.Triage, Deadlines: station.Deadlines, Extension: station.Extension, RetentionYears: station.RetentionYears,
		Reminders: casework.Reminders{Before: station.Reminders.BeforeDays, After: station.Reminders.AfterDays},
		Calendar:  holidays, Location: location,
	}
	for _, unit := range station.Units {
		r.Units = append(r.Units, unit.Name)
	}
	for _, deputy := range schedule.Deputies {
		r.Deputies = append(r.Deputies, deputy.Name)
	}
	return r
}

// Person of the schedule by id; ok is false for one the schedule does not know.
func (d *Documents) Person(id string) (stationconf.Person, bool) {
	p, ok := d.people[id]
	return p, ok
}

// Today is the day it is at the station.
func (d *Documents) Today(now time.Time) workday.Date { return d.Rules.Today(now) }

// Holder keeps the set in force. It is safe for concurrent use.
type Holder struct{ current atomic.Pointer[Documents] }

// Current set; nil before the first one was read.
func (h *Holder) Current() *Documents { return h.current.Load() }

// Replace the set in force.
func (h *Holder) Replace(d *Documents) { h.current.Store(d) }

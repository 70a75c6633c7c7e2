package public

import (
	"math"
	"unicode/utf8"
)

// The sheet between its margins, in points, and the sizes its letters can have, as the style sheet sets them. The height leaves
// a little out, because fonts differ.
const (
	sheetWidth  = 521
	sheetHeight = 770
)

var typeSizes = []int{14, 13, 12, 11, 10, 9}

// typeSize is the largest with which the month fits one sheet of A4, in points, and the smallest for a month that fits none.
// A style sheet cannot choose it: letters do not shrink by how many of them there are. Heights and widths here are estimates
// in ems, the width of a Chinese character.
func typeSize(v noticeView) int {
	for _, size := range typeSizes {
		if heightAt(v, sheetWidth/float64(size)) <= sheetHeight/float64(size) {
			return size
		}
	}
	return typeSizes[len(typeSizes)-1]
}

// Heights of what stands on the sheet. A line of the rota has a rule below it.
const (
	frameHeight    = 13.5 // title, headings, rules
	nameHeight     = 1.9  // a line of the station's name
	warningHeight  = 3.7
	whenHeight     = 3.9 // the day of a reception, in its frame
	lineHeight     = 1.5
	rotaLineHeight = 1.8
	contactLine    = 1.65
	codeHeight     = 9.5
)

// Widths of what stands in a line.
const (
	nameScale    = 1.3
	peopleMargin = 6.5  // what the people of a reception lie between
	levelWidth   = 8.5  // the longer of County deputy and Township deputy, and what stands between two people
	columnLeast  = 14.5 // of the rota; there are as many columns as fit
	columnGap    = 1.0
	dayWidth     = 5.4 // the day before the names
	labelWidth   = 5
	codeWidth    = 11.0
)

func heightAt(v noticeView, width float64) float64 {
	height := frameHeight + nameHeight*lines(nameScale*letters(v.Station.DisplayName), width)
	if v.Provisional {
		height += warningHeight
	}
	for _, s := range v.Receptions {
		height += whenHeight
		if !s.Cancelled {
			height += lineHeight * (1 + linesOfPeople(s, width-peopleMargin))
		}
	}
	columns := math.Floor((width + columnGap) / (columnLeast + columnGap))
	rota := 0.0
	for _, s := range v.Duty {
		rota += linesOfNames(s, (width+columnGap)/columns-columnGap-dayWidth)
	}
	return height + rotaLineHeight*math.Ceil(rota/columns) + heightOfContact(v, width-codeWidth)
}

func heightOfContact(v noticeView, width float64) float64 {
	contact := v.Station.Contact
	count := 0.0
	for _, text := range []string{contact.Address, contact.Phone, contact.OpeningHours} {
		if text != "" {
			count += lines(labelWidth+letters(text), width)
		}
	}
	if v.Site == nil {
		return contactLine * count
	}
	return max(codeHeight, contactLine*(count+1+lines(letters(v.Site.Text), width)))
}

func linesOfPeople(s shiftView, width float64) float64 {
	used := 0.0
	for _, p := range s.Deputies {
		used += levelWidth + letters(p.Name) + letters(p.Village)
	}
	return max(1, lines(used, width))
}

// linesOfNames counts the lines of one day of the rota, where a name is parted from its phone only if it must be.
func linesOfNames(s shiftView, width float64) float64 {
	needs := []float64{letters(s.Place)}
	for _, p := range s.People() {
		needs = append(needs, letters(p.Name)+letters(p.Phone)+0.4)
	}
	count, left := 0.0, 0.0
	for _, need := range needs {
		if need > left {
			count += lines(need, width)
			left = width * lines(need, width)
		}
		left -= need
	}
	return max(1, count)
}

func lines(used, width float64) float64 { return math.Ceil(used / width) }

// letters is the width of a text: digits and Latin letters are a little wider than half a Chinese character.
func letters(text string) float64 {
	width := 0.0
	for _, r := range text {
		if r < utf8.RuneSelf {
			width += 0.56
		} else {
			width++
		}
	}
	return width
}

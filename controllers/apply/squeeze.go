package apply

import (
	"fmt"
	"reflect"
	"sync"
	"time"

	"github.com/klauspost/compress/zstd"
)

// The children that stations have of one kind differ in names and little else. So the first of a kind that is packed is the dictionary of all that
// follow: what they have in common with it takes no place. It is kept in memory only, as long as the process runs.

// squeezers are those of the kinds met so far, by Go type.
type squeezers struct {
	mu     sync.Mutex
	byType map[reflect.Type]*squeezer
}

var kinds squeezers

// learn is the squeezer of an object's kind; the first example of a kind decides what it is good at.
func (s *squeezers) learn(obj any, example []byte) *squeezer {
	kind := reflect.TypeOf(obj)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byType == nil {
		s.byType = map[reflect.Type]*squeezer{}
	}
	learnt, ok := s.byType[kind]
	if !ok {
		learnt = newSqueezer(example)
		s.byType[kind] = learnt
	}
	return learnt
}

// learnt is the squeezer of an object's kind, if one of the kind has been packed in this process.
func (s *squeezers) learnt(obj any) (*squeezer, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	squeezer, ok := s.byType[reflect.TypeOf(obj)]
	return squeezer, ok
}

// squeezer compresses by Zstandard (RFC 8878) with a dictionary.
type squeezer struct {
	dictionary []byte
	decoder    func() (*zstd.Decoder, error)

	mu sync.Mutex
	// encoder has tables of most of a megabyte. It outlives the collections of memory, which are frequent, and is dropped after a rest; nil is none.
	encoder *zstd.Encoder
	rested  *time.Timer
}

const (
	// window is how far back what is alike may be, in bytes: the dictionary and the object before it. Children have one or two thousand.
	window = 64 << 10
	// largest is how many bytes an unpacked object may have: those of any object that etcd takes, 1.5 MiB by default, and some more.
	largest = 8 << 20
	// dictionaryID is the same for all, as none meets the bytes of another.
	dictionaryID = 1
	// rest is how long nothing was packed before the tables for it are dropped.
	rest = time.Minute
)

func newSqueezer(dictionary []byte) *squeezer {
	s := &squeezer{dictionary: dictionary, decoder: sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryID, dictionary), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(largest))
	})}
	s.rested = time.AfterFunc(rest, s.drop)
	return s
}

func (s *squeezer) drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.encoder = nil
}

func (s *squeezer) newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderDictRaw(dictionaryID, s.dictionary), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window),
		zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
}

// squeeze data. One encoder is enough: it is done in microseconds, and the objects of a kind come one after another.
func (s *squeezer) squeeze(data []byte) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rested.Reset(rest)
	if s.encoder == nil {
		encoder, err := s.newEncoder()
		if err != nil {
			return nil, fmt.Errorf("preparing to compress: %w", err)
		}
		s.encoder = encoder
	}
	return s.encoder.EncodeAll(data, nil), nil
}

func (s *squeezer) expand(squeezed []byte) ([]byte, error) {
	decoder, err := s.decoder()
	if err != nil {
		return nil, fmt.Errorf("preparing to expand: %w", err)
	}
	data, err := decoder.DecodeAll(squeezed, nil)
	if err != nil {
		return nil, fmt.Errorf("expanding: %w", err)
	}
	return data, nil
}

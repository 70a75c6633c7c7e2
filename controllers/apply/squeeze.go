package apply

import (
	"fmt"
	"reflect"
	"sync"

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

// like is the squeezer of an object's kind; the first example of a kind decides what it is good at.
func (s *squeezers) like(obj any, example []byte) *squeezer {
	kind := reflect.TypeOf(obj)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byType == nil {
		s.byType = map[reflect.Type]*squeezer{}
	}
	found, ok := s.byType[kind]
	if !ok {
		found = newSqueezer(example)
		s.byType[kind] = found
	}
	return found
}

// squeezer compresses by Zstandard (RFC 8878) with a dictionary.
type squeezer struct {
	dictionary []byte
	// encoders have tables of half a megabyte, which an operator that is settled gives back.
	encoders sync.Pool
	decoder  func() (*zstd.Decoder, error)
}

const (
	// window is how far back what is alike may be, in bytes: the dictionary and the object before it. Children have one or two thousand.
	window = 64 << 10
	// largest is how many bytes an unpacked object may have: those of any object that etcd takes, 1.5 MiB by default, and some more.
	largest = 8 << 20
	// dictionaryID is the same for all, as none meets the bytes of another.
	dictionaryID = 1
)

func newSqueezer(dictionary []byte) *squeezer {
	return &squeezer{dictionary: dictionary, decoder: sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderDictRaw(dictionaryID, dictionary), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(largest))
	})}
}

func (s *squeezer) newEncoder() (*zstd.Encoder, error) {
	return zstd.NewWriter(nil, zstd.WithEncoderDictRaw(dictionaryID, s.dictionary), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(window),
		zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithEncoderCRC(false))
}

func (s *squeezer) squeeze(data []byte) ([]byte, error) {
	encoder, ok := s.encoders.Get().(*zstd.Encoder)
	if !ok {
		var err error
		if encoder, err = s.newEncoder(); err != nil {
			return nil, fmt.Errorf("preparing to compress: %w", err)
		}
	}
	defer s.encoders.Put(encoder)
	return encoder.EncodeAll(data, nil), nil
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

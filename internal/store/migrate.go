package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/sqlite/*.sql
var migrations embed.FS

// ErrNewerSchema means that a later version of the service has written this database.
var ErrNewerSchema = errors.New("the database was written by a newer version of liaison-intake")

// ErrOlderSchema means that the database has not been brought up to date.
var ErrOlderSchema = errors.New("the database was written by an older version of liaison-intake")

// migrate brings the schema of db, which is the file at path, up to date. Migrations only go forward.
func migrate(ctx context.Context, db *sql.DB, path string) error {
	_, current, target, err := schemaOf(ctx, db)
	if err != nil || current == target {
		return err
	}
	if err := migrateFrom(ctx, path); err != nil {
		return fmt.Errorf("migrating the schema from version %d to %d: %w", current, target, err)
	}
	return nil
}

func migrateFrom(ctx context.Context, path string) (err error) {
	db, err := openPool(path, migrationPool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	provider, _, _, err := schemaOf(ctx, db)
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// checkSchema refuses a database that migrate would change.
func checkSchema(ctx context.Context, db *sql.DB) error {
	_, current, target, err := schemaOf(ctx, db)
	if err == nil && current < target {
		err = fmt.Errorf("%w (schema %d, this version has %d); start the service once, or run that version", ErrOlderSchema, current, target)
	}
	return err
}

// schemaOf the database, and the one that this version has.
func schemaOf(ctx context.Context, db *sql.DB) (provider *goose.Provider, current, target int64, err error) {
	files, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, 0, 0, fmt.Errorf("reading the migrations: %w", err)
	}
	provider, err = goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true),
		goose.WithGoMigrations(goose.NewGoMigration(chainVersion, &goose.GoFunc{RunTx: chainLog}, nil)))
	if err != nil {
		return nil, 0, 0, fmt.Errorf("reading the migrations: %w", err)
	}
	if current, target, err = provider.GetVersions(ctx); err != nil {
		return nil, 0, 0, fmt.Errorf("reading the schema's version: %w", err)
	}
	if current > target {
		return nil, 0, 0, fmt.Errorf("%w (schema %d, this version knows %d); run that version, or restore a backup made before it", ErrNewerSchema, current, target)
	}
	return provider, current, target, nil
}

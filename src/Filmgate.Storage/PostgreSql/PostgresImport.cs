using System.Collections.Immutable;
using Filmgate.Storage.Sql;
using Npgsql;
using NpgsqlTypes;

namespace Filmgate.Storage.PostgreSql;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type, as the database names it.</param>
internal readonly record struct PostgresColumn(string Name, string Type);

/// <summary>Rows on their way into a table, thousands in one message.</summary>
internal sealed class PostgresImport(NpgsqlConnection connection, string table, ImmutableArray<PostgresColumn> columns) : IDisposable
{
    private readonly NpgsqlBinaryImporter _importer =
        connection.BeginBinaryImport($"COPY {table} ({string.Join(", ", columns.Select(column => column.Name))}) FROM STDIN (FORMAT BINARY)");

    public void StartRow() => _importer.StartRow();

    /// <summary>Writes the next value of the row.</summary>
    public void Write(SqlRow row, int column)
    {
        if (row.IsDBNull(column))
        {
            _importer.WriteNull();
            return;
        }

        switch (columns[column].Type)
        {
            case "bigint":
                _importer.Write(row.GetInt64(column), NpgsqlDbType.Bigint);
                break;
            case "text":
                _importer.Write(row.GetString(column), NpgsqlDbType.Text);
                break;
            case "json":
                _importer.Write(row.GetString(column), NpgsqlDbType.Json);
                break;
            case "bytea":
                _importer.Write(row.GetBytes(column), NpgsqlDbType.Bytea);
                break;
            default:
                throw new NotSupportedException($"No store has a column of the type {columns[column].Type}.");
        }
    }

    public void Complete() => _importer.Complete();

    public void Dispose() => _importer.Dispose();
}

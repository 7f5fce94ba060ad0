using Filmgate.Storage.Tests.Conformance;
using Microsoft.Data.Sqlite;

namespace Filmgate.Storage.Tests.Sqlite;

public sealed class SqliteTaskStoreTests() : TaskStoreConformance(new SqliteStores());

public sealed class SqliteTaskRevisionsTests() : TaskRevisionsConformance(new SqliteStores());

public sealed class SqliteAccountStoreTests() : AccountStoreConformance(new SqliteStores());

public sealed class SqliteEmptyAccountStoreTests() : EmptyAccountStoreConformance(new SqliteStores());

public sealed class SqliteDeliveryStoreTests() : DeliveryStoreConformance(new SqliteStores());

public sealed class SqliteEndpointStoreTests() : EndpointStoreConformance(new SqliteStores());

public sealed class SqliteEventLogTests() : EventLogConformance(new SqliteStores());

public sealed class SqliteDestinationTests() : DestinationConformance(new SqliteStores());

public sealed class SqliteAdmissionTests() : AdmissionConformance(new SqliteStores());

public sealed class SqliteClipStoreTests() : ClipStoreConformance(new SqliteStores());

public sealed class SqliteSurfaceTests() : SurfaceConformance(new SqliteStores());

public sealed class SqliteUploadStoreTests() : UploadStoreConformance(new SqliteStores());

public sealed class SqliteChargeStoreTests() : ChargeStoreConformance(new SqliteStores());

public sealed class SqliteConstraintTests() : ConstraintConformance(new SqliteStores())
{
    private const int Constraint = 19;

    // Elsewhere a column has a type; here it takes STRICT tables for that.
    [Fact]
    public async Task The_database_refuses_a_number_where_a_name_belongs()
    {
        var error = await Record.ExceptionAsync(
            () => WriteAsync("INSERT INTO accounts (id, name, spending_limit_micros, created_at) VALUES ('a', x'00', 1, 0)"));
        Assert.True(error is not null && IsRefusal(error), $"The database took it, or failed otherwise: {error?.Message ?? "no error"}");
    }

    protected override bool IsRefusal(Exception error) => error is SqliteException { SqliteErrorCode: Constraint };

    protected override string Bytes(int length) => $"zeroblob({length})";
}

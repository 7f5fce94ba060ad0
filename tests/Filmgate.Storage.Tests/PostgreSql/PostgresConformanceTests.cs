using Filmgate.Storage.Tests.Conformance;
using Npgsql;

namespace Filmgate.Storage.Tests.PostgreSql;

public sealed class PostgresTaskStoreTests() : TaskStoreConformance(new PostgresStores());

public sealed class PostgresAccountStoreTests() : AccountStoreConformance(new PostgresStores());

public sealed class PostgresEmptyAccountStoreTests() : EmptyAccountStoreConformance(new PostgresStores());

public sealed class PostgresDeliveryStoreTests() : DeliveryStoreConformance(new PostgresStores());

public sealed class PostgresEndpointStoreTests() : EndpointStoreConformance(new PostgresStores());

public sealed class PostgresEventLogTests() : EventLogConformance(new PostgresStores());

public sealed class PostgresDestinationTests() : DestinationConformance(new PostgresStores());

public sealed class PostgresAdmissionTests() : AdmissionConformance(new PostgresStores());

public sealed class PostgresClipStoreTests() : ClipStoreConformance(new PostgresStores());

public sealed class PostgresSurfaceTests() : SurfaceConformance(new PostgresStores());

public sealed class PostgresUploadStoreTests() : UploadStoreConformance(new PostgresStores());

public sealed class PostgresChargeStoreTests() : ChargeStoreConformance(new PostgresStores());

public sealed class PostgresTaskRevisionsTests() : TaskRevisionsConformance(new PostgresStores());

public sealed class PostgresConstraintTests() : ConstraintConformance(new PostgresStores())
{
    // Broken rules are of class 23; a text that is no JSON is no value of its column.
    protected override bool IsRefusal(Exception error) => error is PostgresException known
        && (known.SqlState.StartsWith("23", StringComparison.Ordinal) || known.SqlState == PostgresErrorCodes.InvalidTextRepresentation);

    protected override string Bytes(int length) => $"decode(repeat('00', {length}), 'hex')";
}

using Filmgate.Storage.Tests.Conformance;

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

using Filmgate.Storage.Tests.Conformance;

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

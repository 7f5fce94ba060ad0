using System.Net;
using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Filmgate.Engine.Artifacts.S3;

/// <summary>
/// One bucket under one prefix, in the few verbs that the store needs. Every failure of the service, of the network or of its credentials
/// comes out as <see cref="ArtifactStoreUnavailableException"/>.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    private const string HashName = "sha256";
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    // Two parts in one call over a line of two megabits.
    private static readonly TimeSpan CallTimeout = TimeSpan.FromMinutes(2);

    private readonly S3Settings _settings;
    private readonly AmazonS3Client _client;

    // Services that do not know the condition say so once.
    private volatile bool _takesConditions = true;

    public S3Bucket(S3Settings settings)
    {
        _settings = settings;
        var config = new AmazonS3Config
        {
            ForcePathStyle = settings.PathStyle,
            RetryMode = RequestRetryMode.Standard,
            MaxErrorRetry = settings.Repetitions,
            Timeout = CallTimeout,
            ConnectTimeout = ConnectTimeout,

            // Each call brings a SHA-256 of its own where bytes go out. What the SDK would add by itself comes in a form that many services
            // refuse; of what comes in, it checks whatever the service offers.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_SUPPORTED,
        };
        if (settings.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = settings.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(settings.Region);
        }

        _client = settings.AccessKey is { } key
            ? new AmazonS3Client(new BasicAWSCredentials(key, settings.SecretKey), config)
            : new AmazonS3Client(config);
    }

    // Over TLS nobody changes bytes on their way, and the hash in the header covers them; hashing them once more costs a reading.
    private bool LeavesPayloadUnsigned => _settings.Endpoint is null || _settings.Endpoint.Scheme == Uri.UriSchemeHttps;

    /// <summary>Writes an object in one call.</summary>
    /// <param name="key">Its key, without the prefix.</param>
    /// <param name="open">Opens its bytes.</param>
    /// <param name="sha256">Their hash.</param>
    /// <param name="overwrites">Whether an object of that name is replaced and not left alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>False when an object of that name is there and was left alone.</returns>
    public async ValueTask<bool> PutAsync(string key, Func<Stream> open, ReadOnlyMemory<byte> sha256, bool overwrites, CancellationToken cancellationToken)
    {
        while (true)
        {
            var request = new PutObjectRequest
            {
                BucketName = _settings.Bucket,
                Key = KeyOf(key),
                InputStream = open(),
                ContentType = "application/octet-stream",
                ChecksumSHA256 = Convert.ToBase64String(sha256.Span),
                UseChunkEncoding = false,
                DisablePayloadSigning = LeavesPayloadUnsigned,
                IfNoneMatch = _takesConditions && !overwrites ? "*" : null,
            };
            request.Metadata.Add(HashName, Convert.ToHexStringLower(sha256.Span));
            if (await TryConditionAsync(request.IfNoneMatch is not null, () => _client.PutObjectAsync(request, cancellationToken), cancellationToken)
                .ConfigureAwait(false) is { } done)
            {
                return done;
            }
        }
    }

    /// <summary>Writes the file in parts.</summary>
    /// <returns>False when an object of that name is there and was left alone.</returns>
    public async ValueTask<bool> PutInPartsAsync(string key, string path, long length, string sha256, CancellationToken cancellationToken)
    {
        var begin = new InitiateMultipartUploadRequest
        {
            BucketName = _settings.Bucket,
            Key = KeyOf(key),
            ContentType = "application/octet-stream",
            ChecksumAlgorithm = ChecksumAlgorithm.SHA256,
        };
        begin.Metadata.Add(HashName, sha256);
        var upload = (await RunAsync(() => _client.InitiateMultipartUploadAsync(begin, cancellationToken), cancellationToken).ConfigureAwait(false)).UploadId;
        try
        {
            // :: Step 1: the parts, one after the other: several clips on their way at once fill the line as well.
            var parts = new List<PartETag>();
            for (long position = 0; position < length; position += _settings.PartLength)
            {
                var part = await SendPartAsync(key, upload, path, position, Math.Min(_settings.PartLength, length - position), parts.Count + 1, cancellationToken)
                    .ConfigureAwait(false);
                parts.Add(part);
            }

            // :: Step 2: they become one object, which nobody has seen before.
            while (true)
            {
                var end = new CompleteMultipartUploadRequest
                {
                    BucketName = _settings.Bucket,
                    Key = KeyOf(key),
                    UploadId = upload,
                    PartETags = parts,
                    IfNoneMatch = _takesConditions ? "*" : null,
                };
                switch (await TryConditionAsync(end.IfNoneMatch is not null, () => _client.CompleteMultipartUploadAsync(end, cancellationToken), cancellationToken)
                    .ConfigureAwait(false))
                {
                    case true:
                        return true;
                    case false:
                        await AbortAsync(key, upload).ConfigureAwait(false);
                        return false;
                }
            }
        }
        catch
        {
            await AbortAsync(key, upload).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Makes an object young by copying it onto itself.</summary>
    /// <returns>Whether it is there.</returns>
    public ValueTask<bool> RenewAsync(string key, string sha256, CancellationToken cancellationToken)
    {
        var request = new CopyObjectRequest
        {
            SourceBucket = _settings.Bucket,
            SourceKey = KeyOf(key),
            DestinationBucket = _settings.Bucket,
            DestinationKey = KeyOf(key),

            // Without a change a copy onto itself is refused.
            MetadataDirective = S3MetadataDirective.REPLACE,
            ContentType = "application/octet-stream",
        };
        request.Metadata.Add(HashName, sha256);
        return IsThereAsync(() => _client.CopyObjectAsync(request, cancellationToken), cancellationToken);
    }

    /// <summary>Length and age of an object; null when there is none.</summary>
    public async ValueTask<(long Length, DateTimeOffset LastModified)?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        (long, DateTimeOffset)? found = null;
        await IsThereAsync(
            async () =>
            {
                var answer = await _client.GetObjectMetadataAsync(_settings.Bucket, KeyOf(key), cancellationToken).ConfigureAwait(false);
                found = (answer.ContentLength, Moment(answer.LastModified));
                return answer;
            },
            cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Opens an object, or a part of it, for reading.</summary>
    /// <param name="key">Its key, without the prefix.</param>
    /// <param name="range">First and last byte; null for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when there is none.</returns>
    public async ValueTask<Stream?> GetAsync(string key, (long First, long Last)? range, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = _settings.Bucket, Key = KeyOf(key) };
        if (range is { } part)
        {
            request.ByteRange = new ByteRange(part.First, part.Last);
        }

        Stream? body = null;
        await IsThereAsync(
            async () =>
            {
                var answer = await _client.GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
                body = answer.ResponseStream;
                return answer;
            },
            cancellationToken).ConfigureAwait(false);
        return body;
    }

    /// <summary>Deletes an object; one that is not there is gone already.</summary>
    public async ValueTask DeleteAsync(string key, CancellationToken cancellationToken) =>
        await RunAsync(() => _client.DeleteObjectAsync(_settings.Bucket, KeyOf(key), cancellationToken), cancellationToken).ConfigureAwait(false);

    /// <summary>Every object whose key begins so, in the order of keys.</summary>
    public async IAsyncEnumerable<(string Key, DateTimeOffset LastModified)> ListAsync(string beginning, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = _settings.Bucket, Prefix = KeyOf(beginning) };
        while (true)
        {
            var page = await RunAsync(() => _client.ListObjectsV2Async(request, cancellationToken), cancellationToken).ConfigureAwait(false);
            foreach (var found in page.S3Objects ?? [])
            {
                yield return (found.Key[_settings.Prefix.Length..], Moment(found.LastModified));
            }

            if (page.IsTruncated != true)
            {
                yield break;
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
    }

    /// <summary>An address under which anybody may read the object until then.</summary>
    public async ValueTask<Uri> LinkAsync(string key, string mediaType, string name, DateTimeOffset until)
    {
        var request = new GetPreSignedUrlRequest
        {
            BucketName = _settings.Bucket,
            Key = KeyOf(key),
            Verb = HttpVerb.GET,
            Expires = until.UtcDateTime,
            Protocol = LeavesPayloadUnsigned ? Protocol.HTTPS : Protocol.HTTP,
            ResponseHeaderOverrides = new ResponseHeaderOverrides { ContentType = mediaType, ContentDisposition = $"inline; filename=\"{name}\"" },
        };
        return new Uri(await RunAsync(() => _client.GetPreSignedURLAsync(request), CancellationToken.None).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>Says of an error that it is the service's, in one sentence without secrets.</summary>
    public ArtifactStoreUnavailableException Unavailable(Exception error) => new(
        $"The artifact store {_settings.Endpoint?.Authority ?? "S3"}/{_settings.Bucket} does not answer as it should: " + error switch
        {
            AmazonServiceException { ErrorCode: { Length: > 0 } code } service => $"{code} ({(int)service.StatusCode}).",
            AmazonServiceException service => $"status {(int)service.StatusCode}.",
            OperationCanceledException or TimeoutException => "it took too long.",
            _ => (error.InnerException ?? error).Message,
        },
        error);

    /// <summary>Whether an error comes from the service, from the way to it, or from credentials that cannot be had.</summary>
    /// <param name="error">The error.</param>
    /// <param name="cancellationToken">Who gives up by himself has not met an error.</param>
    public static bool IsOutside(Exception error, CancellationToken cancellationToken) => error switch
    {
        OperationCanceledException => !cancellationToken.IsCancellationRequested,
        ArtifactStoreUnavailableException => false,
        _ => error is AmazonServiceException or AmazonClientException or HttpRequestException or TimeoutException or IOException or WebException,
    };

    private async ValueTask<PartETag> SendPartAsync(
        string key, string upload, string path, long position, long length, int number, CancellationToken cancellationToken)
    {
        byte[] hash;
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        await using (file.ConfigureAwait(false))
        {
            file.Seek(position, SeekOrigin.Begin);
            hash = await StreamedHash.OfAsync(file, length, cancellationToken).ConfigureAwait(false);
        }

        var request = new UploadPartRequest
        {
            BucketName = _settings.Bucket,
            Key = KeyOf(key),
            UploadId = upload,
            PartNumber = number,
            FilePath = path,
            FilePosition = position,
            PartSize = length,
            ChecksumSHA256 = Convert.ToBase64String(hash),
            UseChunkEncoding = false,
            DisablePayloadSigning = LeavesPayloadUnsigned,
        };
        return new PartETag(await RunAsync(() => _client.UploadPartAsync(request, cancellationToken), cancellationToken).ConfigureAwait(false));
    }

    // Parts that nobody asks for any more are paid for all the same. A rule of the bucket removes those of a process that was killed.
    private async ValueTask AbortAsync(string key, string upload)
    {
        try
        {
            await _client.AbortMultipartUploadAsync(_settings.Bucket, KeyOf(key), upload, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception error) when (IsOutside(error, CancellationToken.None))
        {
            // The error that led here says more.
        }
    }

    // True: done. False: the condition did not hold. Null: the service knows no conditions; again without one.
    private async ValueTask<bool?> TryConditionAsync<T>(bool isConditional, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            await call().ConfigureAwait(false);
            return true;
        }
        catch (AmazonServiceException error) when (isConditional
            && (error.StatusCode == HttpStatusCode.PreconditionFailed || error.ErrorCode == "ConditionalRequestConflict"))
        {
            // It is there, or somebody else is writing it at this moment.
            return false;
        }
        catch (AmazonServiceException error) when (isConditional && error.StatusCode == HttpStatusCode.NotImplemented)
        {
            _takesConditions = false;
            return null;
        }
        catch (Exception error) when (IsOutside(error, cancellationToken))
        {
            throw Unavailable(error);
        }
    }

    private async ValueTask<bool> IsThereAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            await call().ConfigureAwait(false);
            return true;
        }
        catch (AmazonServiceException error) when (error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode is not "NoSuchBucket")
        {
            return false;
        }
        catch (Exception error) when (IsOutside(error, cancellationToken))
        {
            throw Unavailable(error);
        }
    }

    private async ValueTask<T> RunAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (IsOutside(error, cancellationToken))
        {
            throw Unavailable(error);
        }
    }

    private string KeyOf(string key) => _settings.Prefix + key;

    private static DateTimeOffset Moment(DateTime? time) => new(time!.Value.ToUniversalTime());
}

using System.Collections.Immutable;
using System.Globalization;
using Filmgate.Model.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Filmgate.Dialects.Fal;

/// <summary>What the query of a call asks. Source: fal, queue.json and inference-api pages.</summary>
/// <param name="Webhook">Where the result is posted; null for nowhere.</param>
/// <param name="QueueMax">The longest queue that the caller wants to join; null for any.</param>
/// <param name="Logs">Whether log lines are wanted.</param>
internal sealed record CallQuery(string? Webhook, int? QueueMax, bool Logs)
{
    private const string Once = "must be given once in the query";

    /// <summary>Reads a query; unknown parameters are passed over.</summary>
    public static CallQuery Read(QueryString query, out ImmutableArray<RequestFault> faults)
    {
        var found = ImmutableArray.CreateBuilder<RequestFault>();
        string? webhook = null, queue = null, logs = null;
        foreach (var pair in new QueryStringEnumerable(query.Value))
        {
            switch (pair.DecodeName().ToString())
            {
                case Wire.WebhookParameter:
                    Take(ref webhook, pair.DecodeValue().ToString(), RequestField.CallbackUrl);
                    break;
                case Wire.QueueLengthParameter:
                    Take(ref queue, pair.DecodeValue().ToString(), RequestField.QueueLimit);
                    break;
                case Wire.LogsParameter:
                    logs = pair.DecodeValue().ToString();
                    break;
            }
        }

        int? most = null;
        if (queue is not null)
        {
            if (int.TryParse(queue, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                most = number;
            }
            else
            {
                found.Add(new(RequestField.QueueLimit, "must be a whole number from 0", queue));
            }
        }

        faults = found.ToImmutable();
        return new CallQuery(webhook, most, logs is "1" || "true".Equals(logs, StringComparison.OrdinalIgnoreCase));

        void Take(ref string? value, string given, RequestField field)
        {
            if (value is not null)
            {
                found.Add(new(field, Once));
            }

            value = given;
        }
    }
}

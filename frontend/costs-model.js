/**
 * Turns traffic and inputs into a monthly estimate for every home that the service could have.
 *
 * costs/homes.py says the same in Python, function for function; a test holds the two together to
 * the cent.
 */

/** @import { Estimate, Inputs, Traffic } from "./types.js" */

/** @typedef {ReturnType<typeof loadOf>} Load */
/** @typedef {{ traffic: Traffic, load: Load, prices: Prices, assumed: Record<string, number>, sizes: any, measured: Inputs["measured"] }} Month */
/** @typedef {{ cost: (name: string, quantity: number) => number, paid: (quantity: number, free: string) => number }} Prices */

/** @param {Traffic} traffic @param {Inputs} inputs @returns {Estimate[]} */
export function estimates(traffic, inputs) {
  const assumed = Object.fromEntries(
    Object.entries(inputs.assumptions.values).map(([name, { value }]) => [name, value]),
  );
  const { measured } = inputs;
  const load = loadOf(traffic, assumed, measured);
  const prices = pricesOf(traffic, inputs.prices);
  const month = { traffic, load, prices, assumed, sizes: inputs.assumptions.sizes, measured };
  return [
    lambda(month),
    cheapest(month.sizes.ec2.map((/** @type {any} */ size) => ec2(month, size, "ec2"))),
    cheapest(month.sizes.ec2.map((/** @type {any} */ size) => ec2(month, size, "ecs-ec2"))),
    cheapest(month.sizes.fargate.map((/** @type {any} */ size) => fargate(month, size))),
    cheapest(month.sizes.sagemaker.map((/** @type {any} */ size) => sagemaker(month, size))),
    sagemakerServerless(month),
  ];
}

/** @param {Estimate} estimate */
export const total = ({ lines }) => sum(Object.values(lines));

/** @param {number[]} amounts */
const sum = (amounts) => amounts.reduce((all, each) => all + each, 0);

/** @param {Traffic} traffic @param {Inputs["prices"]} document @returns {Prices} */
function pricesOf(traffic, document) {
  return {
    cost: (name, quantity) => {
      const { tiers } = document.prices[name];
      return sum(
        tiers.map(([start, usd], index) => {
          const end = tiers[index + 1]?.[0] ?? Infinity;
          return Math.max(0, Math.min(quantity, end) - start) * usd;
        }),
      );
    },
    paid: (quantity, free) =>
      traffic.free_tier ? Math.max(0, quantity - document.free[free].amount) : quantity,
  };
}

/**
 * @param {Traffic} traffic
 * @param {Record<string, number>} assumed
 * @param {Inputs["measured"]} measured
 */
function loadOf(traffic, assumed, measured) {
  const meanRps = traffic.requests / (assumed.hours_a_month * 3600);
  const answer = measured.answer_bytes + (traffic.samples - 1) * measured.answer_sample_bytes;
  const answerGb = (traffic.requests * answer) / assumed.bytes_a_gb;
  const visits = (traffic.requests * traffic.form_share) / assumed.calls_a_visit;
  const largest = Math.max(answer, traffic.samples * assumed.sample_bytes);
  return {
    meanRps,
    peakRps: meanRps * traffic.peak,
    answerGb,
    formAnswerGb: answerGb * traffic.form_share,
    pageGb: (visits * assumed.page_bytes) / assumed.bytes_a_gb,
    pageFiles: visits * assumed.page_files,
    apiUnits: traffic.requests * Math.ceil(largest / assumed.api_unit_bytes),
  };
}

/** @param {Month} month @returns {Estimate} */
function lambda(month) {
  const { traffic, load, prices, assumed, measured } = month;
  const own = measured.memory_mb[traffic.memory_mb];
  const warmMs = own.billed_ms + (traffic.samples - 1) * own.sample_ms;
  const coldMs = measured.cold_ms - own.billed_ms;
  const billed = (traffic.requests * (warmMs + traffic.cold_share * coldMs)) / 1000;
  const gbSeconds = (billed * traffic.memory_mb) / 1024;
  const logGb = logGbOf(month, measured.log_bytes + assumed.access_log_bytes);
  const lines = {
    compute: prices.cost("lambda_gb_second", prices.paid(gbSeconds, "lambda_gb_seconds")),
    requests: prices.cost("lambda_request", prices.paid(traffic.requests, "lambda_requests")),
    api: prices.cost("http_api_request", load.apiUnits),
    ...front(month),
    logs: logs(month, logGb),
    watching: watching(month),
    image: prices.cost("ecr_gb_month", measured.image_gb),
  };
  const rateLimit = load.peakRps / assumed.requests_an_environment_s;
  const units = Math.ceil(Math.max((load.peakRps * warmMs) / 1000, rateLimit, 1));
  const slowWarm = own.slow_ms + (traffic.samples - 1) * own.sample_ms;
  return {
    home: "lambda",
    lines,
    size: `${traffic.memory_mb} MB`,
    units,
    typicalMs: traffic.cold_share > 0.5 ? warmMs + coldMs : warmMs,
    slowMs: traffic.cold_share >= 0.01 ? warmMs + coldMs : slowWarm,
    beyondQuota: units > assumed.account_concurrency,
  };
}

/** @param {Month} month @param {any} size @param {"ec2" | "ecs-ec2"} home */
function ec2(month, size, home) {
  const { load, prices, assumed } = month;
  const hosts = hostsOf(month, size.vcpus);
  const hours = hosts * assumed.hours_a_month;
  const busy = (load.meanRps * serverMs(month)) / 1000;
  const surplus = Math.max(0, busy - size.baseline * size.vcpus * hosts);
  const balanced = home === "ecs-ec2" || hosts > 1;
  const addresses = hosts + (balanced ? assumed.balancer_addresses : 0);
  const lines = {
    compute:
      prices.cost(size.price, hours) +
      prices.cost("ec2_t3_surplus_vcpu_hour", surplus * assumed.hours_a_month),
    balancer: balanced ? balancer(month) : 0,
    addresses: prices.cost("public_ipv4_hour", addresses * assumed.hours_a_month),
    disk: prices.cost("ebs_gp3_gb_month", hosts * assumed.host_disk_gb),
    egress: hostEgress(month),
    ...(home === "ecs-ec2" ? containerLines(month) : {}),
  };
  return served(month, home, lines, size, hosts);
}

/** @param {Month} month @param {any} size */
function fargate(month, size) {
  const { prices, assumed } = month;
  const tasks = hostsOf(month, size.vcpus);
  const hours = tasks * assumed.hours_a_month;
  const addresses = tasks + assumed.balancer_addresses;
  const lines = {
    compute:
      prices.cost("fargate_vcpu_hour", size.vcpus * hours) +
      prices.cost("fargate_gb_hour", size.gb * hours),
    balancer: balancer(month),
    addresses: prices.cost("public_ipv4_hour", addresses * assumed.hours_a_month),
    egress: hostEgress(month),
    ...containerLines(month),
  };
  return served(month, "fargate", lines, size, tasks);
}

/** @param {Month} month @param {any} size */
function sagemaker(month, size) {
  const instances = hostsOf(month, size.vcpus);
  const lines = {
    compute: month.prices.cost(size.price, instances * month.assumed.hours_a_month),
    ...sagemakerFront(month),
  };
  return served(month, "sagemaker", lines, size, instances);
}

/** @param {Month} month @returns {Estimate} */
function sagemakerServerless(month) {
  const { traffic, load, prices, assumed, sizes, measured } = month;
  /** @type {number[]} */
  const all = sizes.sagemaker_serverless;
  const gb = all.find((size) => size * 1024 >= traffic.memory_mb) ?? all[all.length - 1];
  const known = Object.keys(measured.memory_mb).map(Number);
  const own = measured.memory_mb[Math.max(...known.filter((mb) => mb <= gb * 1024))];
  const warmMs = own.billed_ms + (traffic.samples - 1) * own.sample_ms;
  const units = Math.ceil(Math.max((load.peakRps * warmMs) / 1000, 1));
  return {
    home: "sagemaker-serverless",
    lines: {
      compute: prices.cost(
        "sagemaker_serverless_gb_second",
        ((traffic.requests * warmMs) / 1000) * gb,
      ),
      ...sagemakerFront(month),
    },
    size: `${gb} GB`,
    units,
    typicalMs: warmMs,
    slowMs: traffic.cold_share >= 0.01 ? null : own.slow_ms + (traffic.samples - 1) * own.sample_ms,
    beyondQuota: units > assumed.sagemaker_serverless_concurrency,
  };
}

/** @param {Month} month processor time of one request on a host */
const serverMs = ({ traffic, measured }) =>
  measured.server_ms + (traffic.samples - 1) * measured.server_sample_ms;

/** @param {Month} month @param {number} vcpus of one host */
function hostsOf(month, vcpus) {
  const needed = (month.load.peakRps * serverMs(month)) / 1000;
  const hosts = Math.max(1, Math.ceil(needed / (vcpus * month.assumed.utilisation_at_peak)));
  return month.traffic.redundant ? hosts + 1 : hosts;
}

/**
 * @param {Month} month
 * @param {string} home
 * @param {Record<string, number>} lines
 * @param {any} size
 * @param {number} hosts
 * @returns {Estimate}
 */
function served(month, home, lines, size, hosts) {
  const serviceMs = serverMs(month) / Math.min(1, size.vcpus);
  const workers = hosts * Math.max(1, Math.floor(size.vcpus));
  const wait = (/** @type {number} */ share) =>
    waitingQuantile(workers, month.load.peakRps / 1000, serviceMs, share);
  return {
    home,
    lines,
    size: size.name,
    units: hosts,
    typicalMs: serviceMs + wait(0.5),
    slowMs: serviceMs + wait(0.99),
    beyondQuota: false,
  };
}

/** @param {Estimate[]} found */
const cheapest = (found) => found.reduce((best, each) => (total(each) < total(best) ? each : best));

/**
 * The time within which that share of arrivals begins service: Erlang's C.
 *
 * @param {number} servers
 * @param {number} rate
 * @param {number} service
 * @param {number} share
 */
export function waitingQuantile(servers, rate, service, share) {
  const offered = rate * service;
  if (offered >= servers) return Infinity;
  let blocking = 1;
  for (let count = 1; count <= servers; count++) {
    blocking = (offered * blocking) / (count + offered * blocking);
  }
  const waiting = (servers * blocking) / (servers - offered * (1 - blocking));
  return Math.max(0, (Math.log(waiting / (1 - share)) * service) / (servers - offered));
}

/** @param {Month} month */
function balancer({ load, prices, assumed }) {
  const hours = assumed.hours_a_month;
  const gbAnHour = (load.answerGb + load.pageGb) / hours;
  const units = Math.max(load.meanRps / assumed.connections_an_lcu_s, gbAnHour);
  return prices.cost("alb_hour", hours) + prices.cost("alb_lcu_hour", units * hours);
}

/** @param {Month} month */
function containerLines(month) {
  return {
    logs: logs(month, logGbOf(month, month.measured.log_bytes)),
    watching: watching(month),
    image: month.prices.cost("ecr_gb_month", month.measured.image_gb),
  };
}

/** @param {Month} month */
function sagemakerFront(month) {
  const { traffic, load, prices, assumed } = month;
  const asked = traffic.requests * traffic.samples * assumed.sample_bytes;
  return {
    api: prices.cost("rest_api_request", load.apiUnits),
    data: prices.cost("sagemaker_data_gb", load.answerGb + asked / assumed.bytes_a_gb),
    ...front(month),
    ...containerLines(month),
  };
}

/** @param {Month} month */
function front({ traffic, load, prices, assumed }) {
  const edgeGb = prices.paid(load.formAnswerGb + load.pageGb, "cloudfront_gb");
  const edgeRequests = load.pageFiles + traffic.requests * traffic.form_share;
  const directGb = prices.paid(load.answerGb - load.formAnswerGb, "egress_gb");
  return {
    egress: prices.cost("cloudfront_gb", edgeGb) + prices.cost("egress_gb", directGb),
    site:
      prices.cost("cloudfront_request", prices.paid(edgeRequests, "cloudfront_requests")) +
      prices.cost("s3_get", load.pageFiles) +
      prices.cost("s3_gb_month", assumed.site_gb),
  };
}

/** @param {Month} month */
const hostEgress = ({ load, prices }) =>
  prices.cost("egress_gb", prices.paid(load.answerGb + load.pageGb, "egress_gb"));

/** @param {Month} month @param {number} bytes a request */
const logGbOf = ({ traffic, assumed }, bytes) => (traffic.requests * bytes) / assumed.bytes_a_gb;

/** @param {Month} month @param {number} gb */
const logs = ({ prices, assumed }, gb) =>
  prices.cost("logs_ingested_gb", prices.paid(gb, "logs_gb")) +
  prices.cost("logs_stored_gb_month", gb * assumed.log_months);

/** @param {Month} month */
function watching({ traffic, prices, assumed }) {
  const hours = 1 - Math.exp(-traffic.requests / assumed.hours_a_month);
  const alarms = prices.paid(assumed.alarms, "alarms");
  const metrics = prices.paid(assumed.metrics, "metrics");
  return prices.cost("alarm_month", alarms) + prices.cost("metric_month", metrics * hours);
}
